// DuckDB's own way to load ratings.csv, run by bench/embedded.py from where npm put the package.
//   node duckdb.mjs plain|key FOLDER DATABASE     a table without keys; with a primary key
//   node duckdb.mjs ask SQL DATABASE              the first row, a value per line
import { DuckDBInstance } from '@duckdb/node-api';

const [mode, what, path] = process.argv.slice(2);
const instance = await DuckDBInstance.create(path);
const db = await instance.connect();

if (mode === 'ask') {
  const rows = (await db.runAndReadAll(what)).getRows();
  console.log(rows[0].map(String).join('\n'));
} else {
  const rows = `SELECT * FROM read_csv('${what}/ratings.csv', header = true, columns =
    {'user_id': 'INTEGER', 'movielens_id': 'INTEGER', 'rating': 'FLOAT', 'rated_at': 'BIGINT'})`;
  if (mode === 'plain') {
    await db.run(`CREATE TABLE ratings AS ${rows}`);
  } else {
    await db.run('CREATE TABLE ratings(user_id INTEGER, movielens_id INTEGER, rating FLOAT, rated_at BIGINT,' +
      ' PRIMARY KEY(user_id, movielens_id))');
    await db.run(`INSERT INTO ratings ${rows}`);
  }
  await db.run('CHECKPOINT');
}
db.closeSync();
instance.closeSync();
