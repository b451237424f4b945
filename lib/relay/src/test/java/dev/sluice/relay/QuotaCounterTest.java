package dev.sluice.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotaCounterTest {
    private final QuotaCounter counter = new QuotaCounter(new Quota(2, 3, 4), "things");

    private static Caller caller(String session, String address) {
        return new Caller(new Session(session), address);
    }

    private void refuses(Caller caller, RelayException.Code code, String message) {
        for (int i = 0; i < 2; i++) { // a refusal counts nothing
            assertThatThrownBy(() -> counter.acquire(caller))
                    .isInstanceOfSatisfying(
                            RelayException.class, e -> assertThat(e.code()).isEqualTo(code))
                    .hasMessageContaining(message);
            assertThatThrownBy(() -> counter.check(caller)).hasMessageContaining(message);
        }
    }

    @Test
    void eachNumberHolds() {
        var permits = new ArrayList<QuotaCounter.Permit>();
        permits.add(counter.acquire(caller("a", "x")));
        permits.add(counter.acquire(caller("a", "x")));
        refuses(caller("a", "y"), RelayException.Code.TOO_MANY, "2 things of this session");
        permits.add(counter.acquire(caller("b", "x")));
        refuses(caller("c", "x"), RelayException.Code.TOO_MANY, "3 things from this address");
        permits.add(counter.acquire(caller("c", "y")));
        refuses(caller("d", "z"), RelayException.Code.UNAVAILABLE, "4 things");
        permits.getFirst().release();
        permits.getFirst().release(); // once
        assertThat(counter.open()).isEqualTo(3);
        counter.acquire(caller("a", "x")).release();
        permits.forEach(QuotaCounter.Permit::release);
        assertThat(counter.open()).isZero();
    }

    @Test
    void anUnknownAddressIsNotCounted() {
        for (String session : List.of("a", "b", "c", "d")) {
            counter.acquire(Caller.of(new Session(session)));
        }
        refuses(Caller.of(new Session("e")), RelayException.Code.UNAVAILABLE, "4 things");
    }

    @ParameterizedTest
    @CsvSource({"0,1,1,perSession", "1,0,1,perAddress", "1,1,-1,total"})
    void aQuotaOfNothingIsRefused(int perSession, int perAddress, int total, String name) {
        assertThatThrownBy(() -> new Quota(perSession, perAddress, total))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }
}
