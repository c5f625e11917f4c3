//! Names of resources that few others refer to: one type for all, parsed once at the edge like those of
//! [`names`](super::names).

use std::fmt;

use super::names::{NameContext, NameError, is_short_name, relative};

/// The collections of resources that need no name type of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Collection {
    /// Compute Engine addresses, regional or global.
    Addresses,
    /// Firewall rules, global.
    Firewalls,
    /// Routes, global.
    Routes,
    /// Routers, regional.
    Routers,
    /// Cloud SQL instances, which carry no region in their name.
    SqlInstances,
    /// Redis instances.
    RedisInstances,
    /// Redis clusters.
    RedisClusters,
}

impl Collection {
    /// The word in resource names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Addresses => "addresses",
            Self::Firewalls => "firewalls",
            Self::Routes => "routes",
            Self::Routers => "routers",
            Self::SqlInstances | Self::RedisInstances => "instances",
            Self::RedisClusters => "clusters",
        }
    }

    /// The word before the region; `None` where the name has no location at all.
    fn scope(self) -> Option<&'static str> {
        match self {
            Self::Addresses | Self::Firewalls | Self::Routes | Self::Routers => Some("regions"),
            Self::RedisInstances | Self::RedisClusters => Some("locations"),
            Self::SqlInstances => None,
        }
    }
}

/// A resource of a [`Collection`]: `projects/{project}/regions/{region}/{collection}/{name}` or
/// `projects/{project}/global/{collection}/{name}` for Compute Engine, and as the other APIs spell it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceName {
    /// What it is.
    pub collection: Collection,
    /// Project id.
    pub project: String,
    /// Region; `None` for a global resource.
    pub region: Option<String>,
    /// Short name.
    pub name: String,
}

impl ResourceName {
    /// Parses any spelling; a short name takes project and region from the context, and is global where the context
    /// has no region.
    ///
    /// # Errors
    /// Where the text is no name of the collection, or the context lacks the project.
    pub fn parse(text: &str, collection: Collection, context: &NameContext) -> Result<Self, NameError> {
        let (word, scope) = (collection.word(), collection.scope());
        let parts: Vec<&str> = relative(text).split('/').collect();
        let (project, region, name) = match (parts.as_slice(), scope) {
            ([name], scope) => (context.own_project(text)?, scope.and(context.region.clone()), *name),
            (["projects", project, "global", found, name], Some("regions")) if *found == word => {
                (context.project_id(project)?, None, *name)
            }
            (["projects", project, place, region, found, name], Some(scope))
                if *place == scope && *found == word && is_short_name(region) =>
            {
                (context.project_id(project)?, Some((*region).to_owned()), *name)
            }
            (["projects", project, found, name], None) if *found == word => (context.project_id(project)?, None, *name),
            _ => return Err(NameError::new(text, "no name of the collection")),
        };
        if !is_short_name(name) {
            return Err(NameError::new(text, "no name of the collection"));
        }
        Ok(Self { collection, project, region, name: name.to_owned() })
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "projects/{}/", self.project)?;
        match (self.collection.scope(), &self.region) {
            (Some(scope), Some(region)) => write!(f, "{scope}/{region}/")?,
            (Some(_), None) => f.write_str("global/")?,
            (None, _) => {}
        }
        write!(f, "{}/{}", self.collection.word(), self.name)
    }
}

/// How clients and Cloud Run mounts name a Cloud SQL instance: `project:region:instance`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SqlConnectionName {
    /// Project id.
    pub project: String,
    /// Region.
    pub region: String,
    /// Short name of the instance.
    pub instance: String,
}

impl SqlConnectionName {
    /// Parses `project:region:instance`. A project's id may itself hold a `:` (`example.com:shop`).
    ///
    /// # Errors
    /// Where the text has another shape, or names a project by a number whose id is not known.
    pub fn parse(text: &str, context: &NameContext) -> Result<Self, NameError> {
        let mut parts = text.trim().rsplitn(3, ':');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(instance), Some(region), Some(project))
                if is_short_name(instance) && is_short_name(region) && project.split(':').all(is_short_name) =>
            {
                Ok(Self {
                    project: context.project_id(project)?,
                    region: region.to_owned(),
                    instance: instance.to_owned(),
                })
            }
            _ => Err(NameError::new(text, "no connection name of a Cloud SQL instance")),
        }
    }
}

impl fmt::Display for SqlConnectionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.project, self.region, self.instance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> NameContext {
        NameContext {
            project_numbers: [("42".to_owned(), "p".to_owned())].into(),
            ..NameContext::new(Some("p"), Some("r"))
        }
    }

    #[test]
    fn every_spelling_of_other_resources_is_one_name() {
        let link = "https://www.googleapis.com/compute/v1/projects";
        for (collection, text, expected) in [
            (Collection::Addresses, format!("{link}/42/regions/x/addresses/a"), "projects/p/regions/x/addresses/a"),
            (Collection::Addresses, format!("{link}/p/global/addresses/a"), "projects/p/global/addresses/a"),
            (Collection::Addresses, "a".into(), "projects/p/regions/r/addresses/a"),
            (
                Collection::RedisInstances,
                "projects/42/locations/x/instances/i".into(),
                "projects/p/locations/x/instances/i",
            ),
            (Collection::SqlInstances, "i".into(), "projects/p/instances/i"),
            (Collection::SqlInstances, "projects/p/instances/i".into(), "projects/p/instances/i"),
        ] {
            let name = ResourceName::parse(&text, collection, &context()).unwrap();
            assert_eq!(name.to_string(), expected, "{text}");
        }
        for text in
            ["", "a b", "projects/7/global/addresses/a", "projects/p/global/networks/a", "projects/p/addresses/a"]
        {
            assert!(ResourceName::parse(text, Collection::Addresses, &context()).is_err(), "{text}");
        }
        assert!(ResourceName::parse("projects/p/global/clusters/c", Collection::RedisClusters, &context()).is_err());
    }

    #[test]
    fn a_connection_name_has_three_parts() {
        for (text, project) in [("p:r:i", "p"), ("42:r:i", "p"), ("example.com:shop:r:i", "example.com:shop")] {
            let name = SqlConnectionName::parse(text, &context()).unwrap();
            assert_eq!((&*name.project, &*name.region, &*name.instance), (project, "r", "i"), "{text}");
        }
        for text in ["", "i", "r:i", "7:r:i", "p:r:", ":r:i", "p:r:i j", "/cloudsql/p:r:i"] {
            assert!(SqlConnectionName::parse(text, &context()).is_err(), "{text}");
        }
    }
}
