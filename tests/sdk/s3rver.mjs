// s3rver for the tests, which ends when the process that started it does: its standard input closes then.
// node --openssl-legacy-provider s3rver.mjs FOLDER   (its tokens of lists are DES)
import S3rver from 's3rver';

process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0)).resume();
const { port } = await new S3rver({
  address: '127.0.0.1', port: 0, silent: true, directory: process.argv[2], vhostBuckets: false, configureBuckets: [{ name: 'box' }],
}).run();
console.log(`listening ${port}`);
