//! The type that several values can share.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::convert::convertible;
use super::{Field, Type};

/// The type to which values of both types convert.
pub fn unify(a: &Type, b: &Type) -> Option<Type> {
    if a == b { Some(a.clone()) } else { of([a, b].as_slice()) }
}

/// The type to which values of all these types convert; `any` where there are none.
pub fn unify_all(types: impl Iterator<Item = Type>) -> Option<Type> {
    let mut distinct: Vec<Type> = Vec::new();
    for ty in types {
        if !distinct.contains(&ty) {
            distinct.push(ty);
        }
    }
    if distinct.is_empty() { Some(Type::Dynamic) } else { of(&distinct.iter().collect::<Vec<_>>()) }
}

/// How many types are of which kind.
#[derive(Default)]
struct Kinds {
    dynamic: usize,
    list: usize,
    set: usize,
    map: usize,
    tuple: usize,
    object: usize,
}

/// Types of one kind share a type of that kind, where tuples can become lists and objects maps; all others share the
/// one of them to which all convert.
fn of(types: &[&Type]) -> Option<Type> {
    let first = types.first()?;
    if types.iter().all(|ty| ty == first) {
        return Some((*first).clone());
    }
    let mut kinds = Kinds::default();
    for ty in types {
        match ty {
            Type::Dynamic => kinds.dynamic += 1,
            Type::List(_) => kinds.list += 1,
            Type::Set(_) => kinds.set += 1,
            Type::Map(_) => kinds.map += 1,
            Type::Tuple(_) => kinds.tuple += 1,
            Type::Object(_) => kinds.object += 1,
            Type::Bool | Type::Number | Type::String => {}
        }
    }
    let only = |count: usize| count > 0 && count + kinds.dynamic == types.len();
    let structural = [kinds.map, kinds.list, kinds.set, kinds.object, kinds.tuple].into_iter().any(only);
    if structural && kinds.dynamic > 0 {
        // What the unknown types turn out to be decides.
        return Some(Type::Dynamic);
    }
    if only(kinds.map) {
        return elements(types).map(Type::map);
    }
    if only(kinds.list) {
        return elements(types).map(Type::list);
    }
    if only(kinds.set) {
        return elements(types).map(Type::set);
    }
    if only(kinds.object) {
        return objects(types);
    }
    if only(kinds.tuple) {
        return tuples(types);
    }
    if kinds.object > 0 && kinds.tuple > 0 {
        return None;
    }
    if kinds.map > 0 && only(kinds.map + kinds.object) || kinds.list > 0 && only(kinds.list + kinds.tuple) {
        let shared = if kinds.dynamic > 0 { Some(Type::Dynamic) } else { collections(types) };
        if shared.is_some() {
            return shared;
        }
    }
    let mut wanted = types.to_vec();
    wanted.sort_by_key(|ty| preference(ty));
    wanted.into_iter().find(|wanted| types.iter().all(|ty| convertible(ty, wanted))).cloned()
}

/// Which type is tried first.
fn preference(ty: &Type) -> u8 {
    match ty {
        Type::List(_) => 0,
        Type::Set(_) | Type::String => 1,
        Type::Dynamic => 3,
        _ => 2,
    }
}

/// The type that the elements of collections share.
fn elements(types: &[&Type]) -> Option<Type> {
    let elements = types.iter().filter_map(|ty| match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => Some(&**element),
        _ => None,
    });
    of(&elements.collect::<Vec<_>>())
}

/// Lists with tuples as lists, maps with objects as maps. What is empty takes any element type.
fn collections(types: &[&Type]) -> Option<Type> {
    let mut elements = Vec::new();
    let mut is_list = false;
    for ty in types {
        match ty {
            Type::List(element) => {
                is_list = true;
                elements.push((**element).clone());
            }
            Type::Map(element) => elements.push((**element).clone()),
            Type::Tuple(inner) if !inner.is_empty() => elements.push(of(&inner.iter().collect::<Vec<_>>())?),
            Type::Object(fields) if !fields.is_empty() => {
                elements.push(of(&fields.values().map(|field| &field.ty).collect::<Vec<_>>())?);
            }
            _ => {}
        }
    }
    let element = of(&elements.iter().collect::<Vec<_>>())?;
    Some(if is_list { Type::list(element) } else { Type::map(element) })
}

/// Objects with the same attributes share them one by one; others become maps.
fn objects(types: &[&Type]) -> Option<Type> {
    let all: Vec<&BTreeMap<Arc<str>, Field>> = types
        .iter()
        .filter_map(|ty| match ty {
            Type::Object(fields) => Some(&**fields),
            _ => None,
        })
        .collect();
    let (first, rest) = all.split_first()?;
    if rest.iter().any(|fields| !fields.keys().eq(first.keys())) {
        let inner: Vec<&Type> = all.iter().flat_map(|fields| fields.values().map(|field| &field.ty)).collect();
        return of(&inner).map(Type::map);
    }
    let shared = first.keys().map(|name| {
        let inner: Vec<&Type> = all.iter().filter_map(|fields| fields.get(name)).map(|field| &field.ty).collect();
        Some((name.clone(), Field::required(of(&inner)?)))
    });
    Some(Type::Object(Arc::new(shared.collect::<Option<_>>()?)))
}

/// Tuples of one length share their elements one by one; others become lists.
fn tuples(types: &[&Type]) -> Option<Type> {
    let all: Vec<&Vec<Type>> = types
        .iter()
        .filter_map(|ty| match ty {
            Type::Tuple(types) => Some(&**types),
            _ => None,
        })
        .collect();
    let (first, rest) = all.split_first()?;
    if rest.iter().any(|types| types.len() != first.len()) {
        return of(&all.iter().flat_map(|types| types.iter()).collect::<Vec<_>>()).map(Type::list);
    }
    let shared = (0..first.len()).map(|at| of(&all.iter().filter_map(|types| types.get(at)).collect::<Vec<_>>()));
    Some(Type::Tuple(Arc::new(shared.collect::<Option<_>>()?)))
}
