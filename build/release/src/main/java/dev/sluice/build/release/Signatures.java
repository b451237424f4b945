package dev.sluice.build.release;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSecretKeyRingCollection;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;

/** Verifies signatures against the key that made them. */
final class Signatures {
    private final PGPSecretKeyRingCollection keys;

    private Signatures(PGPSecretKeyRingCollection keys) {
        this.keys = keys;
    }

    /** Of an armoured secret key, as the signing plugin takes it. */
    static Signatures by(String key) throws IOException, PGPException {
        try (InputStream in = decoded(key.getBytes(StandardCharsets.UTF_8))) {
            return new Signatures(new PGPSecretKeyRingCollection(in, new BcKeyFingerprintCalculator()));
        }
    }

    /** Whether a detached, armoured signature is one of this file, by a key that is known here. */
    boolean isSigned(Path file, Path signature) {
        try (InputStream in = decoded(Files.readAllBytes(signature))) {
            if (!(new BcPGPObjectFactory(in).nextObject() instanceof PGPSignatureList list) || list.isEmpty()) {
                return false;
            }
            PGPSignature one = list.get(0);
            var secret = keys.getSecretKey(one.getKeyID());
            if (secret == null) {
                return false;
            }
            PGPPublicKey key = secret.getPublicKey();
            one.init(new BcPGPContentVerifierBuilderProvider(), key);
            one.update(Files.readAllBytes(file));
            return one.verify();
        } catch (PGPException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream decoded(byte[] armoured) throws IOException {
        return PGPUtil.getDecoderStream(new ByteArrayInputStream(armoured));
    }
}
