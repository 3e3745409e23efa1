# METADATA
# title: Shown names
# description: >-
#   What a reason calls the principal, the command, the event and its producer: what they are if
#   they are well-formed, else words in their place, so that a reason is never undefined and repeats
#   no junk.
package nexus.lib.shown

import rego.v1

import data.nexus.lib.names
import data.nexus.lib.principals

default principal := "An unknown principal"

principal := sprintf("%s %s", [input.principal.kind, input.principal.id]) if principals.known

default command := "An unknown command"

command := input.command.type if names.command_is_known

default event := "An unknown event"

event := input.event.type if names.event_is_known

default producer := "an unknown command"

producer := input.producer if names.producer_is_known
