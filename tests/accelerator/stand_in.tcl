# What the stand-ins for Vivado have in common.
proc say {args} { puts [join $args " "] }
proc need {what condition} { if {!$condition} { error $what } }

# Options, with a value or (flags) without, and how many arguments beside them.
proc options {call flags valued least most} {
    set rest {}
    set given [dict create]
    for {set i 1} {$i < [llength $call]} {incr i} {
        set word [lindex $call $i]
        if {$word in $flags} {
            dict set given $word 1
        } elseif {$word in $valued} {
            dict set given $word [lindex $call [incr i]]
        } else {
            need "[lindex $call 0]: no option $word" [expr {![string match -* $word]}]
            lappend rest $word
        }
    }
    set count [llength $rest]
    need "[lindex $call 0]: $count arguments" [expr {$count >= $least && $count <= $most}]
    return [list $given $rest]
}
