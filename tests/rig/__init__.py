"""Instruments of the tests: real servers, real sockets, real faults. Nothing here pretends to be a part of the house."""
