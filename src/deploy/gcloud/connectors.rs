//! `gcloud compute networks vpc-access connectors create|update|delete`.

use super::reader::{Name, State};
use super::spelled::name_context;
use crate::model::{
    Connector, ConnectorAction, ConnectorCommand, ConnectorName, Fact, NameContext, NetworkName, Origin, SubnetworkName,
};

/// What gcloud sends where no flag says otherwise (its `create.yaml`).
const DEFAULT_NETWORK: &str = "default";
const DEFAULT_INSTANCES: (i64, i64) = (2, 10);

/// The words of the commands.
pub const GROUP: &str = "compute networks vpc-access connectors ";

/// What the command does to its connector.
pub fn command(state: &State, action: ConnectorAction, origin: &Origin, context: &NameContext) -> ConnectorCommand {
    let text = |flag: &str| state.uses.text(flag, origin);
    let (mut project, mut region) = (text("--project"), text("--region"));
    let given = match &state.name {
        Name::Missing => Fact::Absent(origin.clone()),
        Name::Given(word) => word.fact(),
        Name::Unknown(whys) => Fact::Unknown(whys.clone()),
    };
    let names = name_context(&project, &region, context);
    let name = given.clone().try_map(|text| ConnectorName::parse(&text, &names).map_err(|error| error.to_string()));
    // A full name says where the connector is, whatever the flags say.
    if let (Fact::Known(full, place), Fact::Known(text, _)) = (&name, &given)
        && text.contains('/')
    {
        project = Fact::Known(full.project.to_string(), place.clone());
        region = Fact::Known(full.region.clone(), place.clone());
    }
    let own = |flag: &str| or_unknown(text(flag), state);
    let number = |flag: &str| own(flag).try_map(|text| text.trim().parse::<i64>().map_err(|error| error.to_string()));
    let creates = action == ConnectorAction::Create;
    let instances = |flag: &str, default: i64| match number(flag) {
        Fact::Absent(place) if creates => Fact::Known(default, place),
        fact => fact,
    };
    let subnet = own("--subnet");
    // With a subnetwork gcloud sends its default network as well, and the API takes the subnetwork's.
    let network = match (own("--network"), &subnet) {
        (Fact::Absent(place), Fact::Absent(_)) if creates => Fact::Known(DEFAULT_NETWORK.to_owned(), place),
        (fact, _) => fact,
    };
    let host = match text("--subnet-project") {
        Fact::Absent(_) => names.clone(),
        Fact::Known(host, _) => NameContext { project: Some(host), ..names.clone() },
        Fact::Unknown(_) => NameContext { project: None, ..names.clone() },
    };
    let connector = Connector {
        name,
        short_name: given.map(|text| text.rsplit('/').next().unwrap_or(&text).to_owned()),
        network: network.try_map(|text| NetworkName::parse(&text, &names).map_err(|error| error.to_string())),
        ip_cidr_range: own("--range")
            .try_map(|text| text.parse::<ipnet::IpNet>().map(|range| range.trunc()).map_err(|error| error.to_string())),
        subnet: subnet.try_map(|text| SubnetworkName::parse(&text, &host).map_err(|error| error.to_string())),
        machine_type: own("--machine-type"),
        min_instances: instances("--min-instances", DEFAULT_INSTANCES.0),
        max_instances: instances("--max-instances", DEFAULT_INSTANCES.1),
        min_throughput: number("--min-throughput"),
        max_throughput: number("--max-throughput"),
        state: Fact::Absent(origin.clone()),
    };
    ConnectorCommand { origin: origin.clone(), action, project, region, connector, guards: Vec::new() }
}

/// A field that no flag mentions is not known where there are flags of which it is not known what they do.
fn or_unknown(fact: Fact<String>, state: &State) -> Fact<String> {
    match fact {
        Fact::Absent(_) if !state.doubts.is_empty() => Fact::Unknown(state.doubts.clone()),
        fact => fact,
    }
}
