# Each function: what is called, how large it is, which stream and which queue it reads, and whether
# it asks the policies of run time.
locals {
  functions = {
    commands = {
      handler = "app.app"
      size    = { memory = 1024, timeout = 29, concurrency = 100 }
      decides = true
    }
    route-events = {
      handler = "chalicelib.entrypoints.streams.route_events"
      size    = { memory = 512, timeout = 60, concurrency = 50 }
      reads   = "commits"
      decides = true
    }
    audit-store = {
      handler = "chalicelib.entrypoints.streams.audit_store"
      size    = { memory = 256, timeout = 60, concurrency = 50 }
      reads   = "commits"
    }
    project = {
      handler = "chalicelib.entrypoints.streams.project"
      size    = { memory = 512, timeout = 60, concurrency = 50 }
      reads   = "core_events"
      takes   = "secondary_events"
    }
    take-snapshots = {
      handler = "chalicelib.entrypoints.streams.take_snapshots"
      size    = { memory = 512, timeout = 60, concurrency = 20 }
      takes   = "snapshots_due"
    }
  }

  environment = {
    NEXUS_PREFIX        = var.prefix
    NEXUS_AUTH          = "jwt"
    NEXUS_JWKS          = "${var.identity.issuer}/.well-known/jwks.json"
    NEXUS_JWT_ISSUER    = var.identity.issuer
    NEXUS_JWT_AUDIENCE  = var.identity.audience
    NEXUS_POLICY_DIGEST = var.policy_digest
  }

  readers  = { for name, function in local.functions : name => function.reads if can(function.reads) }
  takers   = { for name, function in local.functions : name => function.takes if can(function.takes) }
  deciders = toset([for name, function in local.functions : name if can(function.decides)])
}
