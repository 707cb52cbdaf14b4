// One thread of a run: lints the shares that it is given, one after the other, until it is told that there are no more.
import { parentPort, workerData } from 'node:worker_threads';
import { lintHere } from './lint.ts';
import type { Assignment, Share } from './lint-in-workers.ts';
import { configurationFor, loadInstalledPlugin } from './plugin.ts';

const { cwd, strict, onlyRules } = workerData as Assignment;
const port = parentPort!;
const configuration = loadInstalledPlugin().then((plugin) => configurationFor(plugin, strict, onlyRules));

port.on('message', (share: Share | null) => {
  if (share === null) {
    port.close();
    return;
  }
  void configuration
    .then((configs) => lintHere({ cwd, files: share.files, configuration: configs, onlyRules, fix: false, onProgress: () => undefined }))
    // What goes wrong here ends the thread, and its share is linted by whoever started it.
    .then((outcome) => port.postMessage(outcome));
});
