"use strict";
// Text enters the page as text nodes only, so nothing in the document can become markup.

function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "on") node.addEventListener(...value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return node;
}

// `code` in a text becomes code; an empty line ends a paragraph.
const inline = (text) => (text || "").split(/(`[^`]+`)/).filter(Boolean)
  .map((part) => (part.startsWith("`") ? el("code", {}, part.slice(1, -1)) : part));
const paragraphs = (text) => (text || "").trim().split("\n\n").filter(Boolean)
  .map((part) => el("p", {}, inline(part)));

const optional = () => el("small", { class: "faint" }, " optional");

let api;
const follow = (part) => (part.$ref
  ? { ...part.$ref.slice(2).split("/").reduce((at, key) => at[key], api), ...part, $ref: undefined, component: part.$ref.split("/").pop() }
  : part);

function kind(schema) {
  const s = follow(schema);
  if (s.const !== undefined) return JSON.stringify(s.const);
  if (s.enum) return s.enum.map((each) => JSON.stringify(each)).join(" | ");
  const either = s.anyOf || s.oneOf;
  if (either) return either.map(kind).join(" | ");
  if (s.type === "array") return `array of ${kind(s.items)}`;
  if (s.type === "object") return s.component || s.title || "object";
  return s.format || [s.type].flat().join(" | ") || "any";
}

const BOUNDS = { minimum: "≥", exclusiveMinimum: ">", maximum: "≤", multipleOf: "multiple of",
  minLength: "length ≥", maxLength: "length ≤", minItems: "items ≥", maxItems: "items ≤",
  pattern: "matches", default: "default", examples: "such as" };
const plain = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));
const bounds = (schema) => Object.entries(BOUNDS).filter(([key]) => schema[key] !== undefined)
  .map(([key, word]) => `${word} ${(key === "examples" ? schema[key] : [schema[key]]).map(plain).join(", ")}`)
  .join("; ");

// Objects within objects are shown as deep as they go; nothing here contains itself.
function rows(schema, prefix = "") {
  const s = follow(schema);
  const either = s.anyOf || s.oneOf;
  if (either && either.length > 1 && prefix) return either.flatMap((each) => rows(each, prefix));
  if (s.type === "array") return rows(s.items, `${prefix}[]`);
  return Object.entries(s.properties || {}).flatMap(([name, property]) => {
    const p = follow(property), path = prefix ? `${prefix}.${name}` : name;
    const row = el("tr", {}, el("td", {}, el("code", {}, path), (s.required || []).includes(name) ? "" : optional()),
      el("td", {}, kind(property)), el("td", {}, inline(p.description), p.description ? " " : "", el("span", { class: "faint" }, bounds(p))));
    return [row, ...rows(property, path)];
  });
}

const table = (caption, heads, body) => el("table", { "aria-label": caption },
  el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, body));

function shape(title, schema) {
  const body = rows(schema);
  return body.length ? [el("h4", {}, title), table(title, ["Field", "Type", "Meaning"], body)] : [];
}

const quoted = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;

function curl({ method, url, headers, body }) {
  const lines = [`curl -s${method === "HEAD" ? "I" : ""} ${quoted(url)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`)];
  if (body !== undefined) lines.push(`-d ${quoted(body)}`);
  return lines.join(" \\\n  ");
}

function field(parameter, id) {
  const schema = follow(parameter.schema);
  const given = { id, name: parameter.name, "data-in": parameter.in, required: parameter.required || false };
  if (!schema.enum) return el("input", { ...given, placeholder: String(schema.default ?? schema.examples?.[0] ?? "") });
  const none = parameter.required ? [] : [el("option", { value: "" }, "")];
  return el("select", given, none, schema.enum.map((each) => el("option", { value: each }, each)));
}

function request(form, path, method) {
  let target = path;
  const query = new URLSearchParams(), headers = {};
  for (const input of form.querySelectorAll("[data-in]")) {
    if (!input.value) continue;
    if (input.dataset.in === "path") target = target.replace(`{${input.name}}`, encodeURIComponent(input.value));
    if (input.dataset.in === "query") query.append(input.name, input.value);
    if (input.dataset.in === "header") headers[input.name] = input.value;
  }
  const body = form.querySelector("textarea")?.value;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const url = new URL(`.${target}`, location.href);
  url.search = query.toString();
  return { method: method.toUpperCase(), url: url.href, headers, body };
}

async function send(asked, output) {
  output.replaceChildren(el("p", {}, "Asking …"));
  try {
    const answer = await fetch(asked.url, asked);
    const text = await answer.text();
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    // Numbers are shown as they came, so JSON that is spaced out here would not do for amounts.
    output.replaceChildren(el("p", {}, el("span", { class: "status" }, `${answer.status} ${answer.statusText}`)),
      el("pre", { tabindex: "0" }, headers), el("pre", { tabindex: "0" }, text));
  } catch (error) {
    output.replaceChildren(el("p", { role: "alert" }, `No answer: ${error.message}`));
  }
}

function trial(path, method, operation, parameters) {
  const sample = operation.requestBody?.content["application/json"].example;
  const prefix = operation.operationId;
  const command = el("pre", { tabindex: "0", class: "wide" }), output = el("output", { "aria-live": "polite" });
  const inputs = parameters.flatMap((parameter) => {
    const id = `${prefix}-${parameter.name}`, input = field(parameter, id);
    if (parameter.required && !input.value) input.value = input.placeholder || `${parameter.name.replace(/Id$/, "")}-1`;
    return [el("label", { for: id }, el("code", {}, parameter.name)), input];
  });
  const body = sample === undefined ? [] : [el("label", { for: `${prefix}-body`, class: "wide" }, "Body"),
    el("textarea", { id: `${prefix}-body`, rows: 7, spellcheck: "false" }, JSON.stringify(sample, null, 2))];
  const form = el("form", {}, inputs, body, command, el("button", {}, "Send"), output);
  const show = () => { command.textContent = curl(request(form, path, method)); };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => { event.preventDefault(); send(request(form, path, method), output); });
  show();
  return el("details", {}, el("summary", {}, "Try it"), form);
}

function answers(responses) {
  const list = Object.entries(responses).map(([status, given]) => [status, follow(given)]);
  const body = list.map(([status, given]) => {
    const schemas = Object.values(given.content || {}).flatMap(({ schema }) => follow(schema).oneOf || [schema]);
    const links = status < 400 ? [] : schemas.map((schema) => follow(schema).properties.type.const.slice(1))
      .flatMap((type) => [" ", el("a", { href: type }, type.split("/")[1])]);
    const headers = Object.keys(given.headers || {}).filter((name) => name !== "X-Correlation-Id");
    return el("tr", {}, el("td", {}, status), el("td", {}, inline(given.description), links),
      el("td", {}, headers.flatMap((name) => [el("code", {}, name), " "])));
  });
  const done = list.find(([status, given]) => status < 300 && status !== "200" && given.content) || list.find(([, given]) => given.content);
  const schema = done[1].content["application/json"]?.schema;
  return [el("h4", {}, "Answers"), table("Answers", ["Status", "Meaning", "Headers"], body),
    ...(schema ? shape(`Body of ${done[0]}`, schema) : [])];
}

function operation(path, method, given) {
  const parameters = (given.parameters || []).map(follow);
  const body = given.requestBody?.content["application/json"].schema;
  const listed = parameters.map((p) => el("tr", {}, el("td", {}, el("code", {}, p.name), p.required ? "" : optional()), el("td", {}, p.in),
    el("td", {}, kind(p.schema)), el("td", {}, inline(p.description), " ", el("span", { class: "faint" }, bounds(follow(p.schema))))));
  return el("details", { id: given.operationId }, el("summary", {}, el("span", { class: `method ${method}` }, method.toUpperCase()), " ",
    el("span", { class: "path" }, path), " ", el("span", { class: "what" }, given.summary)),
    paragraphs(given.description), ...(body ? shape("Body", body) : []),
    ...(listed.length ? [el("h4", {}, "Parameters"), table("Parameters", ["Name", "In", "Type", "Meaning"], listed)] : []),
    answers(given.responses), trial(path, method, given, parameters));
}

function section(tag) {
  const found = Object.entries(api.paths).flatMap(([path, methods]) => Object.entries(methods)
    .filter(([, given]) => given.tags.includes(tag.name)).map(([method, given]) => operation(path, method, given)));
  return el("section", { "aria-labelledby": `tag-${tag.name}` },
    el("h2", { id: `tag-${tag.name}` }, tag.name), paragraphs(tag.description), found);
}

async function start() {
  const main = document.getElementById("operations");
  try {
    api = await (await fetch("openapi.json")).json();
    document.getElementById("title").textContent = `${api.info.title} ${api.info.version}`;
    document.getElementById("about").replaceChildren(...paragraphs(api.info.description), ...paragraphs(api.components.securitySchemes.token.description));
    main.replaceChildren(...api.tags.map(section));
    const named = location.hash && document.getElementById(location.hash.slice(1));
    if (named) { named.setAttribute("open", ""); named.scrollIntoView(); }
  } catch (error) {
    main.replaceChildren(el("p", { role: "alert" }, `openapi.json can't be shown: ${error.message}`));
  }
  main.removeAttribute("aria-busy");
}

start();
