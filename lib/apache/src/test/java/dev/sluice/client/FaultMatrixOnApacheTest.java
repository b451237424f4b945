package dev.sluice.client;

/** Every fault of the page, on this transport: the page says the same for both. */
class FaultMatrixOnApacheTest extends FaultMatrixTest {}
