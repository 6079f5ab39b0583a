// Amazon's own client against a bucket that our store has written to, and the other way round:
// node s3.mjs ENDPOINT BUCKET REGION ACCESS_KEY_ID FOLDER   with the secret in S3_SECRET
// Reads FOLDER/ours-small and FOLDER/ours-big, which we wrote; writes FOLDER/theirs-small and FOLDER/theirs-big, which we read.
import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, DeleteObjectCommand, GetObjectCommand, HeadObjectCommand,
  ListMultipartUploadsCommand, ListObjectsV2Command, PutObjectCommand, S3Client, UploadPartCommand,
} from '@aws-sdk/client-s3';
import { expect, run, thrownBy } from './check.mjs';

const [endpoint, bucket, region, accessKeyId, folder] = process.argv.slice(2);
const options = { endpoint, region, forcePathStyle: true, maxAttempts: 1, requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' };
const client = new S3Client({ ...options, credentials: { accessKeyId, secretAccessKey: process.env.S3_SECRET } });
const at = (path) => ({ Bucket: bucket, Key: `${folder}/${path}` });

/** Byte n is n modulo 251: the same on both sides. */
const pattern = (length) => Buffer.from(Array.from({ length }, (_, n) => n % 251));

async function sees(path, length, type) {
  const head = await client.send(new HeadObjectCommand(at(path)));
  expect(head.ContentLength === length, `${path} has ${head.ContentLength} bytes`);
  expect(head.ContentType === type, `${path} is ${head.ContentType}`);
  const whole = await client.send(new GetObjectCommand(at(path)));
  expect(pattern(length).equals(Buffer.from(await whole.Body.transformToByteArray())), `${path} has other bytes`);
  const part = await client.send(new GetObjectCommand({ ...at(path), Range: 'bytes=10-19' }));
  expect(part.ContentRange === `bytes 10-19/${length}`, part.ContentRange);
}

async function upload(path, length, partBytes, type) {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at(path), ContentType: type }));
  const bytes = pattern(length);
  const Parts = [];
  for (let offset = 0; offset < length; offset += partBytes) {
    const PartNumber = Parts.length + 1;
    const { ETag } = await client.send(new UploadPartCommand({ ...at(path), UploadId, PartNumber, Body: bytes.subarray(offset, offset + partBytes) }));
    Parts.push({ PartNumber, ETag });
  }
  await client.send(new CompleteMultipartUploadCommand({ ...at(path), UploadId, MultipartUpload: { Parts } }));
}

await run({
  'reads an object of one request': () => sees('ours-small', 1000, 'text/plain; charset=utf-8'),
  'reads an object of several parts': () => sees('ours-big', 500_000, 'image/png'),
  'lists what is in the folder, a page of two at a time': async () => {
    const names = [];
    let ContinuationToken;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `${folder}/`, MaxKeys: 2, ContinuationToken }));
      names.push(...page.Contents.map((item) => item.Key.slice(folder.length + 1)));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    expect(names.join() === 'Ours-a,ours-big,ours-small', names.join());
  },
  'is refused where an object of ours is': async () => {
    const refusal = await thrownBy(client.send(new PutObjectCommand({ ...at('ours-small'), Body: pattern(1), IfNoneMatch: '*' })));
    expect(refusal.name === 'PreconditionFailed' && refusal.$metadata.httpStatusCode === 412, `${refusal.name}`);
  },
  'is refused with another secret': async () => {
    const other = new S3Client({ ...options, credentials: { accessKeyId, secretAccessKey: 'another' } });
    const refusal = await thrownBy(other.send(new GetObjectCommand(at('ours-small'))));
    expect(refusal.name === 'SignatureDoesNotMatch', refusal.name);
  },
  'lists and aborts an upload': async () => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(at('unfinished')));
    const uploads = async () => (await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: folder }))).Uploads ?? [];
    expect((await uploads()).some((one) => one.UploadId === UploadId && one.Initiated instanceof Date), 'it is not listed');
    await client.send(new AbortMultipartUploadCommand({ ...at('unfinished'), UploadId }));
    expect((await uploads()).length === 0, 'it is still listed');
  },
  'writes what we read': async () => {
    await client.send(new PutObjectCommand({ ...at('theirs-small'), Body: pattern(1000), ContentType: 'text/html' }));
    await upload('theirs-big', 500_000, 100_000, 'audio/mpeg');
    await client.send(new PutObjectCommand({ ...at("no path of ours: ä ?#%+'()*"), Body: pattern(1) }));
    await client.send(new PutObjectCommand({ ...at('gone'), Body: pattern(1) }));
    await client.send(new DeleteObjectCommand(at('gone')));
  },
});
