# A stand-in for Vivado's IP integrator: `tclsh vivado.tcl KIT/block_design.tcl` runs the script with commands that know the
# cells it may use, by tables of their parameters, pins and interfaces, and hold each connection against them. The
# accelerator's are read from its generated top. It says what was made; whatever is wrong ends it with an error.
#
# Tables are from AMD's guides: PG201 zynq_ultra_ps_e, PG021 axi_dma 7.1 (port descriptions, field descriptions), PG247
# smartconnect, PG164 proc_sys_reset, PG099 axi_intc; names of parameters and segments as write_bd_tcl writes them.
set script [file normalize [lindex $argv 0]]
set folder [file dirname $script]
set cells {}      ;# name → kind
set config {}     ;# name → parameters given
set drivers {}    ;# input pin → the pin that drives it
set joined {}     ;# interface → the one at its other end
set places {}     ;# segment → offset, range
set memories {}   ;# address spaces that reach memory
set owned {}      ;# cell → parameters whose values are the user's
set propagated {c_s_axis_s2mm_tdata_width}

source [file join [file dirname [info script]] .. stand_in.tcl]

# Parameters: default, and what they may be.
set parameters {
    zynq_ultra_ps_e {
        PSU__USE__M_AXI_GP0 {1 {0 1}} PSU__USE__M_AXI_GP1 {1 {0 1}} PSU__USE__M_AXI_GP2 {0 {0 1}} PSU__MAXIGP0__DATA_WIDTH {128 {32 64 128}}
        PSU__USE__S_AXI_GP2 {0 {0 1}} PSU__SAXIGP2__DATA_WIDTH {128 {32 64 128}} PSU__USE__IRQ0 {1 {0 1}} PSU__FPGA_PL0_ENABLE {1 {0 1}}
        PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ {100 number}
    }
    axi_dma {
        c_include_sg {1 {0 1}} c_sg_include_stscntrl_strm {1 {0 1}} c_sg_length_width {14 range 8 26} c_addr_width {32 range 32 64}
        c_include_mm2s {1 {0 1}} c_include_s2mm {1 {0 1}} c_m_axi_mm2s_data_width {32 {32 64 128 256 512 1024}}
        c_m_axis_mm2s_tdata_width {32 {8 16 32 64 128 256 512 1024}} c_mm2s_burst_size {16 {2 4 8 16 32 64 128 256}}
        c_m_axi_s2mm_data_width {32 {32 64 128 256 512 1024}} c_s_axis_s2mm_tdata_width {32 {8 16 32 64 128 256 512 1024}}
        c_s2mm_burst_size {16 {2 4 8 16 32 64 128 256}} c_include_mm2s_dre {0 {0 1}} c_include_s2mm_dre {0 {0 1}}
    }
    smartconnect {NUM_SI {2 range 1 16} NUM_MI {1 range 1 16} NUM_CLKS {1 range 1 32}}
    proc_sys_reset {}
    axi_intc {C_IRQ_CONNECTION {0 {0 1}}}
    fdscs_accelerator {}
}
proc value {cell name} {
    if {[dict exists $::config $cell $name]} { return [dict get $::config $cell $name] }
    return [lindex [dict get $::parameters [dict get $::cells $cell] $name] 0]
}
proc lookup_parameter {cell name} {
    set kind [dict get $::cells $cell]
    need "$cell: $kind has no parameter $name" [dict exists $::parameters $kind $name]
}
proc check_parameter {cell name value} {
    lookup_parameter $cell $name
    set kind [dict get $::cells $cell]
    need "$cell: $name comes from a connection: set its VALUE_SRC first" \
        [expr {$name ni $::propagated || [dict exists $::owned $cell $name]}]
    lassign [dict get $::parameters $kind $name] default allowed low high
    switch -- $allowed {
        number { set good [string is double -strict $value] }
        range { set good [expr {$value >= $low && $value <= $high}] }
        default { set good [expr {$value in $allowed}] }
    }
    need "$cell: $name cannot be $value" $good
}

# Ports of the accelerator's top: name, direction, bits.
set handle [open [file join $folder rtl rtl fdscs_accelerator.v]]
set top {}
foreach {all direction high name} [regexp -all -inline -line {^    (input|output) +wire (?:\[(\d+):0\] )?(\w+)} [read $handle]] {
    lappend top $name [string range $direction 0 [expr {$direction eq "input" ? 1 : 2}]] [expr {$high eq "" ? 1 : $high + 1}]
}
close $handle

# Pins that are no part of a memory-mapped interface: name, direction, bits. Those of streams are among them.
proc pins {cell} {
    switch [dict get $::cells $cell] {
        zynq_ultra_ps_e {
            set found {pl_resetn0 out 1}
            if {[value $cell PSU__FPGA_PL0_ENABLE]} { lappend found pl_clk0 out 1 }
            foreach {used clock} {M_AXI_GP0 maxihpm0_fpd_aclk M_AXI_GP1 maxihpm1_fpd_aclk M_AXI_GP2 maxihpm0_lpd_aclk S_AXI_GP2 saxihp0_fpd_aclk} {
                if {[value $cell PSU__USE__$used]} { lappend found $clock in 1 }
            }
            if {[value $cell PSU__USE__IRQ0]} { lappend found pl_ps_irq0 in 1 }
        }
        axi_dma {
            set found {s_axi_lite_aclk in 1 axi_resetn in 1}
            if {[value $cell c_include_sg]} { lappend found m_axi_sg_aclk in 1 }
            if {[value $cell c_include_mm2s]} {
                set bits [value $cell c_m_axis_mm2s_tdata_width]
                lappend found m_axi_mm2s_aclk in 1 mm2s_introut out 1 mm2s_prmry_reset_out_n out 1 m_axis_mm2s_tdata out $bits \
                    m_axis_mm2s_tkeep out [expr {$bits / 8}] m_axis_mm2s_tvalid out 1 m_axis_mm2s_tlast out 1 m_axis_mm2s_tready in 1
            }
            if {[value $cell c_include_s2mm]} {
                set bits [value $cell c_s_axis_s2mm_tdata_width]
                lappend found m_axi_s2mm_aclk in 1 s2mm_introut out 1 s2mm_prmry_reset_out_n out 1 s_axis_s2mm_tdata in $bits \
                    s_axis_s2mm_tkeep in [expr {$bits / 8}] s_axis_s2mm_tvalid in 1 s_axis_s2mm_tlast in 1 s_axis_s2mm_tready out 1
            }
        }
        smartconnect { set found {aclk in 1 aresetn in 1} }
        proc_sys_reset {
            set found {
                slowest_sync_clk in 1 ext_reset_in in 1 aux_reset_in in 1 mb_debug_sys_rst in 1 dcm_locked in 1
                mb_reset out 1 bus_struct_reset out 1 peripheral_reset out 1 interconnect_aresetn out 1 peripheral_aresetn out 1
            }
        }
        axi_intc { set found {s_axi_aclk in 1 s_axi_aresetn in 1 intr in 1 irq out 1} }
        fdscs_accelerator { set found [lmap {name direction bits} $::top {if {[string match s_axi_* $name]} continue; list $name $direction $bits}]; set found [concat {*}$found] }
    }
    return $found
}
# Inputs that may be left open: their cores give them a value (PG164), or ignore them.
set open_inputs {aux_reset_in mb_debug_sys_rst dcm_locked left_tuser right_tuser}

# Interfaces: name, side (master drives addresses), protocol.
proc interfaces {cell} {
    set kind [dict get $::cells $cell]
    set found {}
    switch $kind {
        zynq_ultra_ps_e {
            foreach {used name} {M_AXI_GP0 M_AXI_HPM0_FPD M_AXI_GP1 M_AXI_HPM1_FPD M_AXI_GP2 M_AXI_HPM0_LPD} {
                if {[value $cell PSU__USE__$used]} { lappend found $name master axi4 }
            }
            if {[value $cell PSU__USE__S_AXI_GP2]} { lappend found S_AXI_HP0_FPD slave axi4 }
        }
        axi_dma {
            lappend found S_AXI_LITE slave lite
            if {[value $cell c_include_sg]} { lappend found M_AXI_SG master axi4 }
            if {[value $cell c_include_mm2s]} { lappend found M_AXI_MM2S master axi4 }
            if {[value $cell c_include_s2mm]} { lappend found M_AXI_S2MM master axi4 }
        }
        smartconnect {
            for {set i 0} {$i < [value $cell NUM_SI]} {incr i} { lappend found [format S%02d_AXI $i] slave any }
            for {set i 0} {$i < [value $cell NUM_MI]} {incr i} { lappend found [format M%02d_AXI $i] master any }
        }
        axi_intc { lappend found s_axi slave lite }
        fdscs_accelerator {
            foreach name {awaddr awvalid awready wdata wstrb wvalid wready bresp bvalid bready araddr arvalid arready rdata rresp rvalid rready} {
                need "the accelerator has no s_axi_$name" [expr {"s_axi_$name" in $::top}]
            }
            lappend found s_axi slave lite
        }
    }
    return $found
}
proc lookup {what table path} {
    lassign [split $path /] cell name
    need "$what: no cell $cell" [dict exists $::cells $cell]
    foreach {each a b} [$table $cell] {
        if {$each eq $name} { return [list $a $b] }
    }
    error "$what: [dict get $::cells $cell] $cell has no $name"
}

# Projects and files.
proc create_project {args} {
    lassign [options [info level 0] {-force} {-part} 2 2] given
    say part [dict get $given -part]
}
proc current_project {} { return project }
proc current_fileset {} { return sources_1 }
proc get_board_parts {args} {
    lassign [options [info level 0] {-quiet -latest_file_version} {} 1 1] given rest
    return [string map {* 9.9} [lindex $rest 0]]
}
proc update_ip_catalog {} { say catalog }
proc create_bd_design {name} { say design $name }
proc create_bd_cell {args} {
    lassign [options [info level 0] {} {-type -vlnv} 1 1] given rest
    need "create_bd_cell: -type [dict get $given -type]" [expr {[dict get $given -type] eq "ip"}]
    lassign [split [dict get $given -vlnv] :] vendor library kind
    need "create_bd_cell: no IP $kind" [dict exists $::parameters $kind]
    need "create_bd_cell: $kind is not $vendor:$library's" [expr {"$vendor:$library" eq ($kind eq "fdscs_accelerator" ? "fdscs:stereo" : "xilinx.com:ip")}]
    set name [lindex $rest 0]
    need "create_bd_cell: $name is there already" [expr {![dict exists $::cells $name]}]
    dict set ::cells $name $kind
    say cell $name $kind
    return $name
}
proc get_bd_cells {name} {
    need "get_bd_cells: no $name" [dict exists $::cells $name]
    return $name
}
proc apply_bd_automation {args} {
    lassign [options [info level 0] {} {-rule -config} 1 1] given rest
    need "apply_bd_automation: a rule for another cell" [expr {[lindex [split [dict get $given -rule] :] end] eq [dict get $::cells [lindex $rest 0]]}]
    say preset
}
proc set_property {args} {
    lassign [options [info level 0] {} {-dict} 1 3] given rest
    set object [lindex $rest end]
    need "set_property: no object" [expr {$object ne ""}]
    if {![dict exists $::cells $object]} {
        say property $object {*}[lrange $rest 0 end-1]
        return
    }
    set pairs [expr {[dict exists $given -dict] ? [dict get $given -dict] : [lrange $rest 0 1]}]
    foreach {name value} $pairs {
        need "set_property: $name of a cell does not begin with CONFIG." [string match CONFIG.* $name]
        set name [string range $name 7 end]
        if {[string match *.VALUE_SRC $name]} {
            need "$object: $name is USER or DEFAULT" [expr {$value in {USER DEFAULT}}]
            lookup_parameter $object [string range $name 0 end-10]
            dict set ::owned $object [string range $name 0 end-10] 1
            continue
        }
        check_parameter $object $name $value
        dict set ::config $object $name $value
    }
}
proc get_property {name object} {
    return [dict get {PROGRESS 100% STATS.WNS 0.1 STATUS done} $name]
}

# Connections.
proc get_bd_pins {path} { lookup get_bd_pins pins $path; return $path }
proc get_bd_intf_pins {path} { lookup get_bd_intf_pins interfaces $path; return $path }
proc connect_bd_intf_net {args} {
    lassign [options [info level 0] {} {-intf_net} 2 2] given rest
    lassign $rest from to
    lassign [lookup connect interfaces $from] side protocol
    lassign [lookup connect interfaces $to] other_side other
    need "$from and $to: not a master and a slave" [expr {$side eq "master" && $other_side eq "slave"}]
    need "$from is $protocol, $to $other: a SmartConnect has to be between" [expr {"any" in [list $protocol $other]}]
    foreach {one two} [list $from $to $to $from] {
        need "$one is connected already" [expr {![dict exists $::joined $one]}]
        dict set ::joined $one $two
    }
    say joined $from $to
}
proc connect_bd_net {args} {
    lassign [options [info level 0] {} {-net} 2 99] given rest
    set source ""
    foreach pin $rest {
        lassign [lookup connect pins $pin] direction bits
        if {$direction eq "out"} {
            need "$source and $pin both drive" [expr {$source eq ""}]
            set source $pin
            set width $bits
        }
    }
    need "no driver among $rest" [expr {$source ne ""}]
    foreach pin $rest {
        lassign [lookup connect pins $pin] direction bits
        if {$direction eq "out"} continue
        need "$pin is driven already" [expr {![dict exists $::drivers $pin]}]
        need "$source has $width bits, $pin $bits" [expr {$width == $bits}]
        dict set ::drivers $pin $source
    }
}

# Addresses.
proc segments {} {
    set found {}
    foreach {cell kind} $::cells {
        foreach {name side protocol} [interfaces $cell] {
            if {$protocol eq "lite"} { lappend found $cell/$name/[expr {$kind eq "fdscs_accelerator" ? "registers" : "Reg"}] }
        }
    }
    return $found
}
proc get_bd_addr_segs {pattern} {
    set found [lsearch -all -inline -glob [segments] $pattern]
    need "get_bd_addr_segs: none is $pattern" [llength $found]
    return $found
}
proc get_bd_addr_spaces {path} {
    lassign [split $path /] cell name
    need "get_bd_addr_spaces: no $path" [expr {[dict get $::cells $cell] eq "zynq_ultra_ps_e" && $name eq "Data"}]
    return $path
}
# What a cell's interface leads to, through SmartConnects.
proc reached {path} {
    if {![dict exists $::joined $path]} { return {} }
    lassign [split [dict get $::joined $path] /] cell name
    if {[dict get $::cells $cell] ne "smartconnect"} { return [list $cell/$name] }
    set found {}
    foreach {each side protocol} [interfaces $cell] {
        if {$side eq "master"} { lappend found {*}[reached $cell/$each] }
    }
    return $found
}
proc assign_bd_address {args} {
    lassign [options [info level 0] {} {-offset -range -target_address_space} 0 1] given rest
    if {![llength $rest]} { ;# all that is left: the masters of DMAs, to memory
        foreach {cell kind} $::cells {
            foreach {name side protocol} [interfaces $cell] {
                if {$kind eq "axi_dma" && $side eq "master"} {
                    need "$cell/$name does not reach memory" [expr {[reached $cell/$name] eq "ps/S_AXI_HP0_FPD"}]
                    lappend ::memories $cell/$name
                }
            }
        }
        return
    }
    set segment [lindex $rest 0]
    set master [lindex [split [dict get $given -target_address_space] /] 0]/M_AXI_HPM0_FPD
    need "$master does not reach $segment" [expr {[file dirname $segment] in [reached $master]}]
    set low [expr {[dict get $given -offset]}]
    set high [expr {$low + [dict get $given -range]}]
    need "$segment: HPM0 has 0xA0000000 to 0xAFFFFFFF" [expr {$low >= 0xA0000000 && $high <= 0xB0000000}]
    need "$segment: an offset that its range does not divide" [expr {$low % ($high - $low) == 0}]
    dict for {other place} $::places {
        lassign $place its_low its_high
        need "$segment and $other overlap" [expr {$low >= $its_high || $high <= $its_low}]
    }
    dict set ::places $segment [list $low $high]
    say address [lindex [split $segment /] 0] [format 0x%08X $low] [format 0x%X [expr {$high - $low}]]
}
proc validate_bd_design {} {
    foreach {cell kind} $::cells {
        foreach {name direction bits} [pins $cell] {
            if {$direction eq "in" && $name ni $::open_inputs} {
                need "$cell/$name is not connected" [dict exists $::drivers $cell/$name]
            }
        }
        foreach {name side protocol} [interfaces $cell] {
            need "$cell/$name is not connected" [dict exists $::joined $cell/$name]
        }
    }
    foreach segment [segments] { need "$segment has no address" [dict exists $::places $segment] }
    dict for {pin source} $::drivers {
        set name [lindex [split $pin /] 1]
        if {[string match *aclk $name] || $name eq "slowest_sync_clk"} {
            need "$pin is a clock, and $source is none" [expr {$source eq "ps/pl_clk0"}]
        } elseif {[string match *resetn $name]} {
            need "$pin is a reset, low when active, and $source is none" [string match reset/*_aresetn $source]
        }
    }
    need "DMAs have no addresses of memory" [llength $::memories]
    say valid
}
proc save_bd_design {} { say saved }
proc get_files {name} {
    need "get_files: no $name" [expr {$name eq "system.bd"}]
    return $name
}
proc generate_target {what design} { say generated $what }
proc make_wrapper {args} {
    options [info level 0] {-top} {-files} 0 0
    return system_wrapper.v
}
proc add_files {args} {
    lassign [options [info level 0] {-norecurse} {} 1 1] given rest
    say file [lindex $rest 0]
}
proc update_compile_order {args} { options [info level 0] {} {-fileset} 0 0 }
proc get_runs {name} {
    need "get_runs: $name" [expr {$name in {synth_1 impl_1}}]
    return $name
}
# The bitstream and the handoff, where Vivado leaves them.
proc launch_runs {args} {
    lassign [options [info level 0] {} {-jobs -to_step} 1 1] given rest
    say run [get_runs [lindex $rest 0]] [dict get $given -to_step]
    foreach name {runs/impl_1/system_wrapper.bit gen/sources_1/bd/system/hw_handoff/system.hwh} {
        set path [file join $::folder vivado fdscs.$name]
        file mkdir [file dirname $path]
        close [open $path w]
    }
}
proc wait_on_run {name} { get_runs $name }
proc close_project {} {}

source $script
