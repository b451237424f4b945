package dev.sluice.build.release;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Date;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyRingGenerator;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;

/**
 * Makes an OpenPGP key that signs a dry run, so that one needs neither a secret nor gpg. Runs on Java 17, from its source,
 * before anything is compiled.
 */
public final class ThrowawayKey {
    private ThrowawayKey() {}

    /** Takes the file that the key is written to. A key that is there already stays. */
    public static void main(String[] args) throws IOException, PGPException {
        Path file = Path.of(args[0]);
        if (!Files.exists(file)) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (OutputStream out = new ArmoredOutputStream(Files.newOutputStream(file))) {
                make().encode(out);
            }
        }
    }

    /** A key without a passphrase. */
    static PGPSecretKeyRing make() throws PGPException {
        var random = new SecureRandom();
        var numbers = new RSAKeyPairGenerator();
        numbers.init(new RSAKeyGenerationParameters(BigInteger.valueOf(65_537), random, 2048, 100));
        var pair = new BcPGPKeyPair(
                PublicKeyPacket.VERSION_4, PublicKeyAlgorithmTags.RSA_GENERAL, numbers.generateKeyPair(), new Date());
        return new PGPKeyRingGenerator(
                        PGPSignature.POSITIVE_CERTIFICATION,
                        pair,
                        "A dry run of a release <nobody@localhost>",
                        new BcPGPDigestCalculatorProvider().get(HashAlgorithmTags.SHA1),
                        null,
                        null,
                        new BcPGPContentSignerBuilder(PublicKeyAlgorithmTags.RSA_GENERAL, HashAlgorithmTags.SHA256)
                                .setSecureRandom(random),
                        null)
                .generateSecretKeyRing();
    }
}
