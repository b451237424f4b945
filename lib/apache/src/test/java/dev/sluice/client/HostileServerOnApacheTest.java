package dev.sluice.client;

/** A hostile server holds up nobody on this transport either. */
class HostileServerOnApacheTest extends HostileServerTest {}
