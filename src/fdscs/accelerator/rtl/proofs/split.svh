// Whatever numbers of FIELD bits are added in their places: each is its field and its borrow. The least number
// of so many bits is left out, as no sum of products of symmetric weights reaches it.
localparam int ALL = FIELDS * FIELD;
(* anyconst *) logic [ALL-1:0] numbers;
logic [(FIELDS+1)*ALL-1:0] up_to;
assign up_to[0 +: ALL] = '0;
logic [FIELDS-1:0] equal;
for (genvar i = 0; i < FIELDS; i++) begin : g_number
    wire signed [FIELD-1:0] number = numbers[i*FIELD +: FIELD];
    assign up_to[(i+1)*ALL +: ALL] = up_to[i*ALL +: ALL] + (ALL'(number) <<< (i * FIELD));
    assign equal[i] = fields[i*FIELD +: FIELD] + FIELD'(borrows[i]) == number;
    always_comb assume (number != {1'b1, {(FIELD-1){1'b0}}});
end
always_comb assume (together == up_to[FIELDS*ALL +: ALL]);
always_comb taken_apart: assert (&equal);
