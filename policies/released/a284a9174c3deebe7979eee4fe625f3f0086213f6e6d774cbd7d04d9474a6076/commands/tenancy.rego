# METADATA
# title: Tenancy
# description: A principal may write only to streams of its own tenant.
# custom:
#   severity: critical
#   fix: Issue the command as a principal of the stream's tenant.
package nexus.commands.tenancy

import rego.v1

import data.nexus.lib.shown
import data.nexus.lib.streams

deny contains reason if {
	not same_tenant
	reason := sprintf("%s does not belong to the stream's tenant", [shown.principal])
}

same_tenant if {
	streams.known
	input.principal.tenant == input.stream.tenant
}
