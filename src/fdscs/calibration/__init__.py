"""From float network and real pairs to a quantised one: equalise, choose steps, refit and round."""
