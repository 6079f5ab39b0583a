// Azure's own client against a container that our store has written to, and the other way round:
// node blobs.mjs CONNECTION_STRING CONTAINER FOLDER
// Reads FOLDER/ours-small and FOLDER/ours-big, which we wrote; writes FOLDER/theirs-small and FOLDER/theirs-big, which we read.
import { BlobServiceClient } from '@azure/storage-blob';
import { expect, run } from './check.mjs';

const [connectionString, name, folder] = process.argv.slice(2);
const container = BlobServiceClient.fromConnectionString(connectionString, { retryOptions: { maxTries: 1 } }).getContainerClient(name);
const blob = (path) => container.getBlockBlobClient(`${folder}/${path}`);

/** Byte n is n modulo 251: the same on both sides. */
const pattern = (length) => Buffer.from(Array.from({ length }, (_, n) => n % 251));

async function sees(path, length, type) {
  const properties = await blob(path).getProperties();
  expect(properties.contentLength === length, `${path} has ${properties.contentLength} bytes`);
  expect(properties.contentType === type, `${path} is ${properties.contentType}`);
  expect((await blob(path).downloadToBuffer()).equals(pattern(length)), `${path} has other bytes`);
}

await run({
  'reads a blob of one request': () => sees('ours-small', 1000, 'text/plain; charset=utf-8'),
  'reads a blob of several blocks': () => sees('ours-big', 500_000, 'image/png'),
  'lists what is in the folder': async () => {
    const names = [];
    for await (const item of container.listBlobsFlat({ prefix: `${folder}/` })) names.push(item.name);
    expect(names.join() === `${folder}/Ours-a,${folder}/ours-big,${folder}/ours-small`, names.join());
  },
  'is refused where a blob of ours is': async () => {
    const refusal = await blob('ours-small').uploadData(pattern(1), { conditions: { ifNoneMatch: '*' } }).catch((error) => error);
    expect(refusal.statusCode === 409 && refusal.code === 'BlobAlreadyExists', `${refusal.statusCode} ${refusal.code}`);
  },
  'writes what we read': async () => {
    await blob('theirs-small').uploadData(pattern(1000), { blobHTTPHeaders: { blobContentType: 'text/html' } });
    await blob('theirs-big').uploadData(pattern(500_000), { blockSize: 100_000, maxSingleShotSize: 1000, blobHTTPHeaders: { blobContentType: 'audio/mpeg' } });
    await blob('no path of ours: ä ?#%').uploadData(pattern(1));
  },
});
