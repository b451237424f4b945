package dev.sluice.transport.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** Asking what is available neither loses a byte nor swallows a failure. */
class ApacheContentTest {

    /** Says, as Apache's chunk reader does, that nothing is available although it can be read. */
    private static InputStream modest(byte... bytes) {
        return new FilterInputStream(new ByteArrayInputStream(bytes)) {
            @Override
            public int available() {
                return 0;
            }
        };
    }

    private static ApacheContent content(InputStream body) {
        return new ApacheContent(body, new SocketInput(body));
    }

    @Test
    void aByteThatWasPeekedAtIsReadOnce() throws IOException {
        var content = content(modest((byte) 1, (byte) 0xff));
        assertThat(content.available()).isEqualTo(1);
        assertThat(content.available()).isEqualTo(1);
        assertThat(content.read(new byte[4], 0, 0)).isZero();
        assertThat(content.read()).isEqualTo(1);
        assertThat(content.read()).isEqualTo(0xff);
        assertThat(content.read()).isEqualTo(-1);
    }

    @Test
    void aByteThatWasPeekedAtComesBeforeWhatIsAvailableByThen() throws IOException {
        var bytes = new ByteArrayInputStream(new byte[] {1, 2, 3});
        var content = content(new FilterInputStream(bytes) {
            private int asked;

            @Override
            public int available() {
                return asked++ == 0 ? 0 : bytes.available();
            }
        });
        assertThat(content.available()).isEqualTo(3);
        byte[] target = new byte[4];
        assertThat(content.read(target, 1, 3)).isEqualTo(3);
        assertThat(target).containsExactly(0, 1, 2, 3);
    }

    @Test
    void aFailureMetWhileAskingIsThrownByTheNextRead() throws IOException {
        var failure = new IOException("reset");
        var content = content(new InputStream() {
            @Override
            public int read() throws IOException {
                throw failure;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                throw failure;
            }
        });
        assertThat(content.available()).isZero();
        assertThat(content.available()).as("and is not looked for twice").isZero();
        assertThatThrownBy(content::read).isSameAs(failure);
        assertThatThrownBy(() -> content.read(new byte[1], 0, 1)).isSameAs(failure);
    }
}
