# Each function: what is called, how large it is, and which stream and which queue it reads.
locals {
  functions = {
    commands = {
      handler = "app.app"
      size    = { memory = 1024, timeout = 29, concurrency = 100 }
    }
    route-events = {
      handler = "chalicelib.entrypoints.streams.route_events"
      size    = { memory = 512, timeout = 60, concurrency = 50 }
      reads   = "commits"
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
    NEXUS_PREFIX       = var.prefix
    NEXUS_AUTH         = "jwt"
    NEXUS_JWKS         = "${var.identity.issuer}/.well-known/jwks.json"
    NEXUS_JWT_ISSUER   = var.identity.issuer
    NEXUS_JWT_AUDIENCE = var.identity.audience
  }

  readers = { for name, function in local.functions : name => function.reads if can(function.reads) }
  takers  = { for name, function in local.functions : name => function.takes if can(function.takes) }
}
