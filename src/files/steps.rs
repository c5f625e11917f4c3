//! Where an action may be cut off. Outside of tests this is nothing.

/// What stands before every change of the disk.
#[cfg(not(test))]
#[expect(clippy::unnecessary_wraps, reason = "in tests a step may fail")]
pub(super) fn step() -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(super) use test::step;

#[cfg(test)]
pub(super) mod test {
    use std::cell::Cell;
    use std::io;

    /// What happens at a step.
    #[derive(Clone, Copy)]
    pub(crate) enum Cut {
        /// Nothing.
        Never,
        /// This step fails, and no other.
        Once(usize),
        /// This step and all later ones fail.
        From(usize),
        /// The process ends here, without unwinding.
        Kill(usize),
    }

    thread_local! {
        static CUT: Cell<Cut> = const { Cell::new(Cut::Never) };
        static DONE: Cell<usize> = const { Cell::new(0) };
    }

    /// Sets what happens on this thread, and gives the number of steps since the last call.
    pub(crate) fn cut(cut: Cut) -> usize {
        CUT.set(cut);
        DONE.replace(0)
    }

    pub(crate) fn step() -> io::Result<()> {
        let number = DONE.get();
        DONE.set(number + 1);
        match CUT.get() {
            Cut::Once(at) if number == at => Err(io::Error::other("cut off")),
            Cut::From(at) if number >= at => Err(io::Error::other("cut off")),
            Cut::Kill(at) if number == at => std::process::abort(),
            _ => Ok(()),
        }
    }
}
