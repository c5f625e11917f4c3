use super::*;
use crate::report::samples;
#[test]
fn show() {
    for (r, w, c, u) in [
        (samples::drift(), 100, false, false),
        (samples::drift(), 100, false, true),
        (samples::drift(), 40, false, false),
        (samples::unchecked(), 100, true, false),
        (samples::hostile(), 100, false, false),
    ] {
        println!("=================== {w}");
        println!("{}", render(&r, &Style { width: w, color: c, unicode: u }));
    }
}
