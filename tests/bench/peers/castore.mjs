// castore, as its documentation has it: an EventStore over the DynamoDB single-table adapter.
// Speaks the protocol of serving.py; runs in the folder that its packages are installed in.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.cwd()}/`);
const { EventStore, EventType } = require("@castore/core");
const {
  DynamoDBSingleTableEventStorageAdapter,
} = require("@castore/event-storage-adapter-dynamodb");
const { CreateTableCommand, DynamoDBClient } = require("@aws-sdk/client-dynamodb");

const TABLE = "castore";
const client = new DynamoDBClient({});

const key = (AttributeName, KeyType) => ({ AttributeName, KeyType });
const attribute = (AttributeName, AttributeType) => ({ AttributeName, AttributeType });
await client.send(
  new CreateTableCommand({
    TableName: TABLE,
    AttributeDefinitions: [
      attribute("aggregateId", "S"),
      attribute("version", "N"),
      attribute("eventStoreId", "S"),
      attribute("timestamp", "S"),
    ],
    KeySchema: [key("aggregateId", "HASH"), key("version", "RANGE")],
    GlobalSecondaryIndexes: [
      {
        IndexName: "initialEvents",
        KeySchema: [key("eventStoreId", "HASH"), key("timestamp", "RANGE")],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
    BillingMode: "PAY_PER_REQUEST",
  }),
);

const orders = new EventStore({
  eventStoreId: "ORDERS",
  eventTypes: [new EventType({ type: "LINES_ADDED" })],
  reducer: (before, event) => ({
    aggregateId: event.aggregateId,
    version: event.version,
    cents: event.payload.lines.reduce(
      (sum, line) => sum + line.quantity * line.cents,
      before?.cents ?? 0,
    ),
  }),
  eventStorageAdapter: new DynamoDBSingleTableEventStorageAdapter({
    tableName: TABLE,
    dynamoDBClient: client,
  }),
});

const unsupported = (message) => Object.assign(new Error(message), { name: "Unsupported" });

const store = {
  async append({ stream, after, events }) {
    const all = events.map((payload, index) => ({
      aggregateId: stream,
      version: after + 1 + index,
      type: "LINES_ADDED",
      payload,
    }));
    if (all.length === 1) {
      await orders.pushEvent(all[0]);
    } else {
      await EventStore.pushEventGroup(...all.map((event) => orders.groupEvent(event)));
    }
  },
  async load({ stream, strong }) {
    if (!strong) throw unsupported("every read is strong");
    return (await orders.getAggregate(stream)).events.map((event) => event.payload.id);
  },
  async snapshot() {
    throw unsupported("this adapter has no snapshots");
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { operation, ...asked } = JSON.parse(line);
  const before = process.cpuUsage();
  let told;
  try {
    told = { answer: (await store[operation](asked)) ?? null };
  } catch (error) {
    told = { error: error.code ?? error.name, message: String(error.message).slice(0, 500) };
  }
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${JSON.stringify({ ...told, cpu: (user + system) / 1e6 })}\n`);
}
