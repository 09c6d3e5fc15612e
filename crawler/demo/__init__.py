"""The bundled demo: fictional reports, and three sample sites that serve them."""
