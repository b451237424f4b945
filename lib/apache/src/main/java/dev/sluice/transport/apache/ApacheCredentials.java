package dev.sluice.transport.apache;

import java.net.Authenticator;
import java.net.Authenticator.RequestorType;
import java.net.PasswordAuthentication;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.Credentials;
import org.apache.hc.client5.http.auth.CredentialsProvider;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** A JDK's authenticator, asked in Apache's words. */
record ApacheCredentials(Authenticator authenticator) implements CredentialsProvider {

    @Override
    public @Nullable Credentials getCredentials(AuthScope scope, HttpContext context) {
        HttpHost proxy = HttpClientContext.cast(context).getHttpRoute().getProxyHost();
        boolean asks =
                proxy != null && proxy.getHostName().equals(scope.getHost()) && proxy.getPort() == scope.getPort();
        PasswordAuthentication known = authenticator.requestPasswordAuthenticationInstance(
                scope.getHost(),
                null,
                scope.getPort(),
                scope.getProtocol(),
                scope.getRealm(),
                scope.getSchemeName(),
                null,
                asks ? RequestorType.PROXY : RequestorType.SERVER);
        return known == null ? null : new UsernamePasswordCredentials(known.getUserName(), known.getPassword());
    }
}
