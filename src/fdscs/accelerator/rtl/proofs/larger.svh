// No smaller than either, and one of the two, as numbers.
wire signed [BITS:0] first = {IS_SIGNED && a[BITS-1], a}, second = {IS_SIGNED && b[BITS-1], b};
wire signed [BITS:0] chosen = {IS_SIGNED && most[BITS-1], most};
always_comb maximum: assert (chosen >= first && chosen >= second && (chosen == first || chosen == second));
