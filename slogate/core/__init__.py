"""The pure room: values in, values out. No clock, network, environment, file or printing."""
