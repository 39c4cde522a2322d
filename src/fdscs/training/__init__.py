"""Training, float and quantised: data, loss, loop, and state from which a killed run goes on."""
