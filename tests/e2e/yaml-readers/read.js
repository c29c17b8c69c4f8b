// Reads batch files with node-yaml and compares every value with expected.jsonl.
//
//   node read.js 1.2|1.1 EXPECTED FILE...
//
// Exit code 0: the same; 1: a difference, which is printed; 77: the reader is not installed.
'use strict';
const fs = require('fs');

let yaml;
try {
  yaml = require('yaml');
} catch (e) {
  process.exit(77);
}

function fail(text) {
  console.error(text);
  process.exit(1);
}

function kind(v) {
  return v === null ? 'null' : Array.isArray(v) ? 'array' : typeof v;
}

// The first place where two values differ, or null.
function difference(want, got, path) {
  if (kind(want) !== kind(got)) return `${path}: ${JSON.stringify(want)} is expected, ${JSON.stringify(got)} was read`;
  if (kind(want) !== 'object' && kind(want) !== 'array')
    return Object.is(want, got) ? null : `${path}: ${JSON.stringify(want)} is expected, ${JSON.stringify(got)} was read`;
  const keys = Object.keys(want);
  const others = Object.keys(got);
  if (keys.length !== others.length || keys.some((k) => !others.includes(k)))
    return `${path}: keys ${JSON.stringify(keys)} are expected, ${JSON.stringify(others)} were read`;
  for (const k of keys) {
    const found = difference(want[k], got[k], `${path}/${k}`);
    if (found) return found;
  }
  return null;
}

const [version, expected, ...files] = process.argv.slice(2);
const want = fs.readFileSync(expected, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line));
const got = [];
for (const name of files) {
  const documents = yaml.parseAllDocuments(fs.readFileSync(name, 'utf8'), { version });
  for (const d of documents)
    if (d.errors.length + d.warnings.length > 0) fail(`${name}: ${d.errors.concat(d.warnings)[0]}`);
  const values = documents.map((d) => d.toJS());
  const head = values.shift();
  const end = values.pop();
  if (!head.batch || head.batch.format !== 1 || !end.end) fail(`${name}: no header, or no end document`);
  if (Object.keys(head.batch).some((k) => k !== 'format' && typeof head.batch[k] !== 'string'))
    fail(`${name}: the header was read as ${JSON.stringify(head)}`);
  if (end.end.records + end.end.gone !== values.length) fail(`${name}: the counts are wrong`);
  got.push(...values);
}
if (want.length !== got.length) fail(`${want.length} documents are expected, ${got.length} were read`);
want.forEach((x, i) => {
  const found = difference(x, got[i], `document ${i}`);
  if (found) fail(found);
});
console.log(`${got.length} documents, ${files.length} files`);
