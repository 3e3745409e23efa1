# METADATA
# title: Well-formed question
# description: >-
#   Principal, stream and command are whole and of the right types, so that no other rule can be
#   slipped past by leaving something out.
# custom:
#   severity: critical
#   fix: Ask with the whole question; the reason says which part is missing or malformed.
package nexus.commands.well_formed

import rego.v1

import data.nexus.lib.names
import data.nexus.lib.principals
import data.nexus.lib.streams

deny contains "The principal needs a known kind, an id, a tenant and a list of roles" if {
	not principals.known
}

deny contains "The stream needs a tenant, an aggregate and an id" if not streams.known

deny contains "The command needs a type such as orders.PlaceOrder" if {
	not names.command_is_known
}

deny contains "The command's data must be an object" if not has_data

has_data if is_object(input.command.data)
