package dev.sluice.benchmarks.compare;

import dev.sluice.benchmarks.client.Client;
import dev.sluice.benchmarks.compare.ConcurrencyBench.Crowd;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Draws the tables, as PNG: as SVG they are ten times as large. */
final class Charts {
    private final Results results;
    private final Path directory = Project.benchmarks().resolve("charts");

    Charts(Results results) {
        this.results = results;
    }

    /** Draws all there are figures for. */
    void draw() throws IOException {
        System.setProperty("java.awt.headless", "true");
        Files.createDirectories(directory);
        List<Client> all =
                Stream.of(Client.values()).filter(Client::knowsEvents).toList();
        List<String> shapes = StreamBench.SHAPES.stream().map(Object::toString).toList();
        List<String> crowds =
                ConcurrencyBench.CROWDS.stream().map(Crowd::toString).toList();
        bars("events", "Events per second (more is better)", all, shapes, "events", false);
        bars("cpu", "CPU time per event, ns (less is better)", all, shapes, "cpu", true);
        bars("allocation", "Bytes allocated per event (less is better)", all, shapes, "bytes", true);
        bars("latency", "Delivery latency, p99, ms (less is better)", delivering(crowds), crowds, "p99", true);
        cold();
    }

    /** Who delivers but a few of the words is not the faster for it. */
    private List<Client> delivering(List<String> crowds) {
        return Client.ONE_OF_EACH.stream()
                .filter(client -> crowds.stream()
                        .allMatch(crowd ->
                                results.get(crowd + "." + client, "delivered").orElse(0.0) > 0.9))
                .toList();
    }

    private void bars(String file, String title, List<Client> clients, List<String> rows, String figure, boolean log)
            throws IOException {
        CategoryChart chart = chart(title, log);
        for (Client client : clients) {
            series(
                    chart,
                    client.label(),
                    rows,
                    row -> results.get(row + "." + client, figure).orElse(Double.NaN));
        }
        save(chart, file);
    }

    private void cold() throws IOException {
        CategoryChart chart = chart("Process start to first text, ms (less is better)", false);
        var columns = List.of("plain", "with a cache of classes");
        for (String row : Stream.concat(
                        Stream.of(ColdStart.PRINTS_ONLY),
                        ColdStart.CLIENTS.stream().map(Client::name))
                .toList()) {
            String label = row.equals(ColdStart.PRINTS_ONLY)
                    ? "JVM that only prints"
                    : Client.valueOf(row).label();
            series(
                    chart,
                    label,
                    columns,
                    column -> results.get(ColdStart.ROW + "." + row, column.equals("plain") ? "plain" : "cached")
                            .orElse(Double.NaN));
        }
        save(chart, "cold-start");
    }

    private static CategoryChart chart(String title, boolean log) {
        CategoryChart chart =
                new CategoryChartBuilder().width(900).height(420).title(title).build();
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setYAxisDecimalPattern("#,##0.###");
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        chart.getStyler().setYAxisLogarithmic(log);
        chart.getStyler().setPlotGridVerticalLinesVisible(false);
        return chart;
    }

    /** Adds a series. What was not measured has no bar; on a logarithmic axis, which has no place for none, the series has none then. */
    private static void series(
            CategoryChart chart, String label, List<String> columns, Function<String, Double> figure) {
        List<Double> values = new ArrayList<>();
        for (String column : columns) {
            double value = figure.apply(column);
            values.add(value > 0 ? value : 0);
        }
        var drawn = values.stream().filter(value -> value > 0);
        if (chart.getStyler().isYAxisLogarithmic()
                ? drawn.count() == columns.size()
                : drawn.findAny().isPresent()) {
            chart.addSeries(label, columns, values);
        }
    }

    private void save(CategoryChart chart, String name) throws IOException {
        if (chart.getSeriesMap().isEmpty()) {
            return;
        }
        if (chart.getStyler().isYAxisLogarithmic()) { // else the smallest bar has no height
            double least = chart.getSeriesMap().values().stream()
                    .mapToDouble(series -> series.getYMin())
                    .min()
                    .orElseThrow();
            chart.getStyler().setYAxisMin(Math.pow(10, Math.floor(Math.log10(least))));
        }
        BitmapEncoder.saveBitmap(chart, directory.resolve(name).toString(), BitmapFormat.PNG);
    }
}
