# METADATA
# title: Providers
# description: >-
#   A root makes things by one provider, pinned to a version, in one place: no other vendor's, no
#   second one under an alias or in a module (another region or account, or one that leaves out
#   default tags), no endpoints but AWS's, and no keys in the clear.
# custom:
#   severity: high
#   fix: Configure one provider of data.json's in the root, with the settings that are listed there.
package nexus.terraform.providers

import rego.v1

import data.nexus.gates.plan
import data.nexus.gates.waivers

settings := data.terraform.providers

deny contains plan.finding({"address": address}, fault) if {
	some key, provider in input.configuration.provider_config
	address := sprintf("provider.%s", [key])
	some fault in faults(provider)
	not waivers.waived("terraform.providers", address)
}

faults(provider) := (((strangers | unpinned) | others) | unknown) | clear if {
	expressions := object.get(provider, "expressions", {})
	strangers := {"is not one that is allowed" | not allowed(provider)}
	unpinned := {"is not pinned to a version" | not pinned(provider)}
	others := {"is a further one, for another place" | some key in {"alias", "module_address"}; key in object.keys(provider)}
	unknown := {sprintf("sets %s, which is not allowed", [name]) | some name in (object.keys(expressions) - set_of(settings.settings))}
	clear := {sprintf("has %s in the clear", [name]) | some name in settings.secret; is_string(expressions[name].constant_value)}
}

allowed(provider) if provider.full_name in settings.allowed

set_of(list) := {item | some item in list}

# Of a module's needs the root's provider has to be one; that is pinned.
pinned(provider) if regex.match(`(^|, ?)=? ?[0-9]+\.[0-9]+\.[0-9]+($|,)`, provider.version_constraint)
