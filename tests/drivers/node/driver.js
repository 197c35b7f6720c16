// node-postgres as its users use it. usage: node driver.js HOST PORT SSLMODE; prints what transcript.hpp reads.
'use strict';
const crypto = require('crypto');
const { pipeline } = require('stream/promises');
const { Readable, Writable } = require('stream');

let pg, copyStreams;
try {
  pg = require('pg');
  copyStreams = require('pg-copy-streams');
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND') throw error;
  console.log('SKIPPED: node-postgres, because "npm ci" has not been run in tests/drivers/node');
  process.exit(0);
}

const [host, port, sslmode] = process.argv.slice(2);
const settings = { host, port: Number(port), user: 'oncall', database: 'postgres',
  ssl: sslmode === 'require' ? { rejectUnauthorized: false } : false };

const show = (label, value) => console.log(`${label}: ${JSON.stringify(value)}`);
const ran = (client, outcome, text) => console.log(`ran pid=${client.processID} ${outcome} ${text}`);
const digest = (text) => `${text.length}, ${crypto.createHash('sha256').update(text).digest('hex').slice(0, 16)}`;

async function connect(more = {}) {
  const client = new pg.Client({ ...settings, ...more });
  await client.connect();
  return client;
}

// A statement by text, by text and values, or as { name, text, values }.
async function run(client, query, values) {
  const text = typeof query === 'string' ? query : query.text;
  try {
    const result = await client.query(query, values);
    ran(client, 'ok', text);
    show('  rows', [result.command, result.rowCount, result.rows.length > 5 ? result.rows.length : result.rows]);
    return result.rows;
  } catch (error) {
    ran(client, error.code, text);
    show('  error', error.message);
    return [];
  }
}

async function queries(one) {
  await run(one, 'SELECT current_user');
  console.log(`the backend is pid=${one.processID} pid=${(await one.query('SELECT pg_backend_pid()')).rows[0].pg_backend_pid}`);
  await run(one, "SELECT $1::int + 1 AS more, $2::text AS it, $3::bytea AS raw, $4::int AS nothing", [41, "it's", Buffer.from([0, 255]), null]);
  const sets = await one.query('SELECT 1 AS a; SELECT 2 AS b; SELECT 3');
  for (const text of ['SELECT 1 AS a', 'SELECT 2 AS b', 'SELECT 3']) ran(one, 'ok', text);
  show('three sets', sets.map((set) => set.rows));
  await run(one, 'CREATE TABLE node_t (id int PRIMARY KEY, name text)');
  for (const text of ['SELECT 1/0', 'SELEC 1', 'SELECT * FROM nowhere', 'INSERT INTO node_t SELECT 1 FROM generate_series(1, 2)',
    "DO $$ BEGIN RAISE EXCEPTION 'own' USING ERRCODE = 'RD001'; END $$"]) await run(one, text);
  await run(one, 'SELECT $1::int', ['no number']);
  await run(one, 'SELECT $1::int / $2::int', [1, 0]);
  await run(one, { text: 'SELECT 7::int8 AS eight, $1::bytea AS raw', values: [Buffer.from('binary')], binary: true });
  await run(one, { text: 'SELECT 1 AS x, 2 AS x', rowMode: 'array' });
}

async function prepared(one) {
  for (let number = 0; number < 20; number++)
    await run(one, { name: 'insert one', text: 'INSERT INTO node_t VALUES ($1, $2)', values: [number, `name ${number}`] });
  await run(one, { name: 'insert one', text: 'INSERT INTO node_t VALUES ($1, $2)', values: [3, 'taken'] });
  // Sent without waiting for one another; the client keeps them in a queue.
  const many = [];
  for (let number = 0; number < 100; number++) many.push(one.query('SELECT $1::int AS n', [number]));
  show('sum', (await Promise.all(many)).reduce((sum, result) => sum + result.rows[0].n, 0));
  for (let number = 0; number < 100; number++) ran(one, 'ok', 'SELECT $1::int AS n');
}

async function transactions(one) {
  await run(one, 'BEGIN');
  await run(one, "INSERT INTO node_t VALUES (100, 'kept')");
  await run(one, 'SAVEPOINT here');
  await run(one, 'INSERT INTO node_t VALUES (1)');
  await run(one, "SELECT 'in a failed transaction'");
  await run(one, 'ROLLBACK TO here');
  await run(one, 'COMMIT');
  await run(one, 'BEGIN');
  await run(one, "INSERT INTO node_t VALUES ($1, 'undone')", [101]);
  await run(one, 'ROLLBACK');
  await run(one, 'SELECT id FROM node_t WHERE id >= 100');
}

async function copy(one) {
  const lines = [];
  for (let number = 1000; number < 9000; number++) lines.push(`${number}\tcopied ${number}\n`);
  const into = 'COPY node_t FROM STDIN';
  await pipeline(Readable.from(lines), one.query(copyStreams.from(into)));
  ran(one, 'ok', into);
  let back = '';
  const out = 'COPY (SELECT * FROM node_t WHERE id >= 1000 ORDER BY id) TO STDOUT';
  const sink = new Writable({ write(chunk, _encoding, done) { back += chunk; done(); } });
  await pipeline(one.query(copyStreams.to(out)), sink);
  ran(one, 'ok', out);
  show('copied back the same', back === lines.join(''));
  for (const bad of ['20000\tfine\nno number\tx\n', '1\ttaken\n', '1\n']) {
    try {
      await pipeline(Readable.from([bad]), one.query(copyStreams.from(into)));
    } catch (error) {
      ran(one, error.code, into);
    }
  }
  await run(one, 'SELECT count(*) FROM node_t WHERE id >= 20000');
}

async function large(one) {
  const big = 'ü0123456789abcdef'.repeat(300000);
  const { rows } = await one.query('SELECT $1::text AS big', [big]);
  ran(one, 'ok', 'SELECT $1::text AS big');
  show('large', [rows[0].big === big, digest(rows[0].big)]);
  await run(one, "SELECT n, repeat('r', 1000) FROM generate_series(1, 5000) n");
}

async function cancel(one) {
  const watcher = await connect();
  for (let round = 0; round < 3; round++) {
    const sleep = run(one, 'SELECT pg_sleep(600)');
    const asks = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = $1";
    while ((await watcher.query(asks, [one.processID])).rows[0].n === 0);
    const { processID, secretKey } = one;
    // On a connection of its own, through TLS where the session is.
    const courier = new pg.Client(settings).connection;
    courier.on('connect', () => (settings.ssl ? courier.requestSsl() : courier.cancel(processID, secretKey)));
    courier.on('sslconnect', () => courier.cancel(processID, secretKey));
    const delivered = new Promise((resolve) => courier.on('end', resolve));
    courier.on('error', () => {});
    courier.connect(settings.port, settings.host);
    await Promise.all([sleep, delivered]);
    await run(one, "SELECT 'the next one'");
  }
  await watcher.end();
}

async function notifications(one) {
  const heard = [];
  let enough;
  const all = new Promise((resolve) => { enough = resolve; });
  one.on('notification', (message) => {
    heard.push(`heard from pid=${message.processId} ${message.payload.length}`);
    if (heard.length === 2) enough();
  });
  await run(one, 'LISTEN news');
  const two = await connect();
  await run(two, "NOTIFY news, 'from two'");
  await run(two, "SELECT pg_notify('news', repeat('x', 7999))");
  await all;
  for (const line of heard) console.log(line);
  await two.end();
}

async function main() {
  const one = await connect({ application_name: 'node driver' });
  await queries(one);
  await prepared(one);
  await transactions(one);
  await copy(one);
  await large(one);
  await cancel(one);
  await notifications(one);
  await run(one, 'DROP TABLE node_t');
  await one.end();
  const scram = await connect({ user: 'scram_user', password: 'planted-sCRam-secret' });
  await run(scram, 'SELECT current_user');
  await scram.end();
}

main();
