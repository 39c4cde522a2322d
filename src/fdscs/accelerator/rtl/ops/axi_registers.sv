// The accelerator's registers, AXI4-Lite; hardware/registers.py has the map.
//
// Words of 32 bits, written by the bytes that WSTRB names. Addresses beyond the map read as 0. `size_written`
// is high for a cycle when a size is written that is within its limits; another sets error bit 0 and changes
// nothing. `restart` holds the rest for 64 cycles after reset and after a restart.
module axi_registers #(
    parameter logic [31:0] VERSION = 32'd1,
    parameter logic [31:0] GRAPH = '0,
    parameter logic [31:0] OPTIONS = '0,
    parameter logic [31:0] DISPARITY = '0,
    parameter logic [31:0] LEAST = 32'h0001_0001,  // sizes: rows in the low half, columns in the upper one
    parameter logic [31:0] MOST = 32'h4000_4000,
    parameter logic [31:0] SIZE = 32'h0177_04da  // after reset
) (
    input  logic clk,
    input  logic rst,
    input  logic awvalid,
    output logic awready,
    input  logic [11:0] awaddr,
    input  logic wvalid,
    output logic wready,
    input  logic [31:0] wdata,
    input  logic [3:0] wstrb,
    output logic bvalid,
    input  logic bready,
    output logic [1:0] bresp,
    input  logic arvalid,
    output logic arready,
    input  logic [11:0] araddr,
    output logic rvalid,
    input  logic rready,
    output logic [31:0] rdata,
    output logic [1:0] rresp,
    output logic irq,
    output logic restart,
    output logic size_written,
    output logic [31:0] size,
    input  logic busy,
    input  logic changing,
    input  logic ends,
    input  logic [31:0] frames,
    input  logic [31:0] interval,
    input  logic [7:0] faults  // of the images: left below, right above
);
    localparam logic [31:0] ID = 32'h46445343;  // "FDSC"

    logic addressed, given;
    logic [11:0] write_at, read_at;
    logic [31:0] value, mask;
    assign awready = !addressed && !rst;
    assign wready = !given && !rst;
    assign bresp = 2'b00;
    assign rresp = 2'b00;
    wire write = addressed && given && !bvalid;
    wire here = write_at[11:6] == '0;
    wire write_control = write && here && write_at[5:2] == 4'h8;
    wire write_size = write && here && write_at[5:2] == 4'ha;
    wire write_errors = write && here && write_at[5:2] == 4'hd;
    wire write_enable = write && here && write_at[5:2] == 4'he;
    wire write_interrupts = write && here && write_at[5:2] == 4'hf;
    always_ff @(posedge clk) begin
        if (rst) begin
            addressed <= 1'b0;
            given <= 1'b0;
            bvalid <= 1'b0;
        end else begin
            addressed <= addressed ? !write : awvalid;
            given <= given ? !write : wvalid;
            bvalid <= bvalid ? !bready : write;
        end
        if (!addressed) write_at <= awaddr;
        if (!given) begin
            value <= wdata;
            mask <= {{8{wstrb[3]}}, {8{wstrb[2]}}, {8{wstrb[1]}}, {8{wstrb[0]}}};
        end
    end

    // A size is checked in the cycle after it is written.
    logic [31:0] wish;
    logic wished;
    wire fits = wish[15:0] >= LEAST[15:0] && wish[15:0] <= MOST[15:0]
        && wish[31:16] >= LEAST[31:16] && wish[31:16] <= MOST[31:16];
    wire [8:0] found = {faults, wished && !fits};
    logic [8:0] errors;
    logic [1:0] enable, interrupts;
    logic [5:0] restarting;
    always_ff @(posedge clk) begin
        wish <= (size & ~mask) | (value & mask);
        wished <= write_size && !rst;
        size_written <= wished && fits && !rst;
        restart <= rst || restarting != '0;
        irq <= (enable & interrupts) != '0 && !rst;
        if (rst) begin
            size <= SIZE;
            errors <= '0;
            enable <= '0;
            interrupts <= '0;
            restarting <= '1;
        end else begin
            if (wished && fits) size <= wish;
            errors <= (write_errors ? errors & ~(value[8:0] & mask[8:0]) : errors) | found;
            if (write_enable) enable <= (enable & ~mask[1:0]) | (value[1:0] & mask[1:0]);
            interrupts <= (write_interrupts ? interrupts & ~(value[1:0] & mask[1:0]) : interrupts)
                | {found != '0, ends};
            if (write_control && value[0] && mask[0]) restarting <= '1;
            else if (restarting != '0) restarting <= restarting - 6'd1;
        end
    end

    logic reading;
    assign arready = !reading && !rvalid && !rst;
    always_ff @(posedge clk) begin
        if (rst) begin
            reading <= 1'b0;
            rvalid <= 1'b0;
        end else begin
            reading <= arvalid && arready;
            rvalid <= rvalid ? !rready : reading;
        end
        if (arready) read_at <= araddr;
        if (reading) begin
            case (read_at[11:2])
                10'h0: rdata <= ID;
                10'h1: rdata <= VERSION;
                10'h2: rdata <= GRAPH;
                10'h3: rdata <= OPTIONS;
                10'h4: rdata <= LEAST;
                10'h5: rdata <= MOST;
                10'h6: rdata <= DISPARITY;
                10'h9: rdata <= {29'd0, restart, changing, busy};
                10'ha: rdata <= size;
                10'hb: rdata <= frames;
                10'hc: rdata <= interval;
                10'hd: rdata <= {23'd0, errors};
                10'he: rdata <= {30'd0, enable};
                10'hf: rdata <= {30'd0, interrupts};
                default: rdata <= '0;
            endcase
        end
    end
    wire unused = &{1'b0, write_at[1:0], read_at[1:0]};
endmodule
