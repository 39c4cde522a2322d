# A stand-in for Vivado: `tclsh vivado.tcl SCRIPT` runs SCRIPT with commands that check files, options, objects and
# ports, and say on standard output what was done. A command that is not here, and what is wrong, ends it with an error.
set script [file normalize [lindex $argv 0]]
set folder [file dirname $script]
set added {}
set types {}
set properties {}

source [file join [file dirname [info script]] .. stand_in.tcl]

# Ports of the top, as Vivado finds them.
set handle [open [file join $folder rtl fdscs_accelerator.v]]
set ports [lmap {all name} [regexp -all -inline -line {^    (?:input|output) +wire (?:\[\d+:0\] )?(\w+)} [read $handle]] {set name}]
close $handle

proc create_project {args} {
    lassign [options [info level 0] {-force -in_memory} {-part} 0 2] given
    need "create_project: no part" [dict exists $given -part]
    say part [dict get $given -part]
}
proc add_files {args} {
    lassign [options [info level 0] {-norecurse} {-fileset} 1 1] given rest
    need "add_files: [lindex $rest 0] is not there" [file isfile [lindex $rest 0]]
    lappend ::added [lindex $rest 0]
    say file [string range [lindex $rest 0] [string length $::folder]+1 end]
}
proc get_files {name} {
    need "get_files: $name was not added" [expr {$name in $::added}]
    return $name
}
proc set_property {args} {
    lassign [options [info level 0] {} {-name -value -objects} 0 3] given rest
    if {[dict exists $given -name]} {
        set rest [list [dict get $given -name] [dict get $given -value] [dict get $given -objects]]
    }
    lassign $rest name value object
    need "set_property $name: no object" [expr {$object ne ""}]
    dict set ::properties $object $name $value
    say property $object $name $value
}
proc get_property {name object} {
    return [dict get {PROGRESS 100% SLACK 0.1} $name]
}
proc current_fileset {} { return sources_1 }
proc update_compile_order {args} { options [info level 0] {} {-fileset} 0 0 }
proc get_runs {name} {
    need "get_runs: $name" [expr {$name in {synth_1 impl_1}}]
    return $name
}
proc launch_runs {args} {
    lassign [options [info level 0] {} {-jobs -to_step} 1 1] given rest
    need "launch_runs: no top" [dict exists $::properties sources_1 top]
    say run [get_runs [lindex $rest 0]]
}
proc wait_on_run {name} { get_runs $name }
proc open_run {name} { get_runs $name }
foreach report {report_utilization report_timing_summary} {
    proc $report {args} {
        lassign [options [info level 0] {-hierarchical} {-file} 0 0] given
        say report [file tail [dict get $given -file]]
    }
}
proc get_timing_paths {args} { options [info level 0] {} {-delay_type} 0 0; return path }
proc get_ports {name} {
    need "get_ports: no port $name" [expr {$name in $::ports}]
    return $name
}
proc create_clock {args} {
    lassign [options [info level 0] {} {-name -period} 1 1] given rest
    say clock [dict get $given -period] [lindex $rest 0]
}
proc close_project {} {}

namespace eval ipx {
    proc package_project {args} {
        ::options [info level 0] {-import_files -force} {-root_dir -vendor -library -taxonomy} 0 0
        ::need "package_project: no top" [dict exists $::properties sources_1 top]
    }
    proc current_core {} { return core }
    # An interface is found where all the ports are that it cannot do without.
    proc get_bus_interfaces {bus args} {
        ::options [info level 0] {} {-of_objects} 1 1
        set stream {tdata tvalid tready tlast tuser}
        set lite {awaddr awprot awvalid awready wdata wstrb wvalid wready bresp bvalid bready araddr arprot arvalid arready rdata rresp rvalid rready}
        switch -glob $bus {
            s_axi { set needed $lite }
            left - right - disparity { set needed $stream }
            m_axi_* { set needed [concat $lite {awlen awsize awburst arlen arsize arburst rlast wlast}] }
            default { return [expr {$bus in $::ports ? $bus : ""}] }
        }
        foreach name $needed {
            if {"${bus}_$name" ni $::ports} { return "" }
        }
        return $bus
    }
    proc associate_bus_interfaces {args} {
        lassign [::options [info level 0] {} {-busif -clock -reset} 1 1] given
        foreach option {-busif -clock -reset} {
            if {[dict exists $given $option]} {
                set bus [dict get $given $option]
                ::need "associate_bus_interfaces: no $bus" [expr {[get_bus_interfaces $bus] ne ""}]
            }
        }
        ::say associated [dict values $given]
    }
    proc remove_all_memory_map {core} {}
    proc add_memory_map {name core} { return map }
    proc add_address_block {name map} { return block }
    proc add_register {name block} { ::say register $name; return $name }
    foreach name {create_xgui_files update_checksums check_integrity save_core} {
        proc $name {core} "::say $name"
    }
}

source $script
