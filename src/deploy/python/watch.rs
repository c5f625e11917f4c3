//! What is read and written while an iterator makes its elements.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::value::ObjId;

/// An object, or one name or attribute of it.
pub type Place = (ObjId, Option<Rc<str>>);

/// What happened since an iterator was made. What runs before its first element is segment 0, what runs between the
/// first and the second is segment 1, and so on.
#[derive(Debug, Default)]
pub struct Watch {
    /// What was read or written, and in which segment last.
    pub used: BTreeMap<Place, usize>,
    /// What was written although whoever takes the elements may have seen it before, and in which segment last.
    pub late: BTreeMap<Place, usize>,
    /// The segments: how many elements there were, and how many commands had been recorded when each began.
    pub segments: Vec<(usize, usize)>,
    /// How many conditions were assumed when the first element was given.
    pub assumed: Option<usize>,
    /// The number of objects when the segment began.
    objects: usize,
}

impl Watch {
    fn segment(&self) -> usize {
        self.segments.last().map_or(0, |(elements, _)| *elements)
    }
}

/// The iterators that are being run, outermost first. Clones share them, so that a state that is left keeps them.
#[derive(Clone, Debug, Default)]
pub struct Watches(Rc<RefCell<Vec<Watch>>>);

impl Watches {
    /// Begins one, where there are so many objects and recorded commands.
    pub fn open(&self, objects: usize, commands: usize) {
        if let Ok(mut open) = self.0.try_borrow_mut() {
            open.push(Watch { segments: vec![(0, commands)], objects, ..Watch::default() });
        }
    }

    /// Ends the innermost one.
    pub fn close(&self) -> Watch {
        self.0.try_borrow_mut().ok().and_then(|mut open| open.pop()).unwrap_or_default()
    }

    /// The innermost one has given `elements` elements.
    pub fn given(&self, elements: usize, objects: usize, commands: usize, assumed: usize) {
        if let Ok(mut open) = self.0.try_borrow_mut()
            && let Some(watch) = open.last_mut()
        {
            watch.segments.push((elements, commands));
            watch.objects = objects;
            watch.assumed.get_or_insert(assumed);
        }
    }

    /// Something is read.
    pub fn read(&self, id: ObjId, name: Option<&str>) {
        if let Ok(mut open) = self.0.try_borrow_mut() {
            for watch in open.iter_mut() {
                let segment = watch.segment();
                watch.used.insert((id, name.map(Rc::from)), segment);
            }
        }
    }

    /// Something is written.
    pub fn written(&self, id: ObjId, name: Option<&str>) {
        self.read(id, name);
        if let Ok(mut open) = self.0.try_borrow_mut() {
            for watch in open.iter_mut() {
                let segment = watch.segment();
                if segment > 0 && id < watch.objects {
                    watch.late.insert((id, name.map(Rc::from)), segment);
                }
            }
        }
    }
}
