// The process of one contender: opens it, and measures a row whenever the parent asks. One process each, so that heaps, compiled code and
// threads of one do not disturb another; the parent lets only one work at a time.
import { performance } from 'node:perf_hooks';

const { module, options } = JSON.parse(process.argv[2]);

/** The row under measurement: made once, kept between rounds, dropped when the next one begins. */
let current = { name: '', row: null };

async function measure(contender, name, milliseconds) {
  const reason = contender.missing[name];
  if (reason !== undefined) return { missing: reason };
  let probe;
  if (current.name !== name) {
    current = { name, row: await contender.rows[name]() };
    probe = await current.row.probe();
    // Warm-up: V8 compiles hot code in the background and needs some calls for it.
    const end = performance.now() + milliseconds / 2;
    for (let calls = 0; calls < 3 || performance.now() < end; calls++) {
      const start = performance.now();
      await current.row.run();
      if (performance.now() - start > 10 * milliseconds) break;
    }
  }
  // A row that runs in another process has a clock of its own.
  if (current.row.measure !== undefined) return { samples: await current.row.measure(milliseconds), probe };
  const samples = [];
  const { run } = current.row;
  const end = performance.now() + milliseconds;
  do {
    const start = performance.now();
    const pending = run();
    if (pending !== undefined) await pending;
    samples.push(performance.now() - start);
  } while (performance.now() < end);
  return { samples, probe, differs: current.row.differs };
}

const { open } = await import(module);
let opened;
try {
  opened = await open(options);
  process.send({ ready: { version: opened.version, threads: opened.threads } });
} catch (error) {
  process.send({ failed: String(error?.message ?? error).split('\n')[0] });
}
process.on('message', async ({ name, milliseconds }) => {
  try {
    process.send(await measure(opened, name, milliseconds));
  } catch (error) {
    process.send({ missing: String(error?.message ?? error).split('\n')[0] });
  }
});
