import type { FileRef } from './chats';
import { readFailure, unreachable, type Failure } from './failure';

interface UploadedFile {
  id: string;
  filename: string;
  meta: { content_type: string; size: number };
}

/** Sends one file; XMLHttpRequest, because fetch tells nothing of what has gone out. @param onprogress From 0 to 1. */
export function uploadFile(
  file: Blob,
  name: string,
  onprogress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ file: FileRef } | { failure: Failure }> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append('file', file, name);
    request.open('POST', '/api/v1/files/');
    request.upload.onprogress = ({ loaded, total }) => onprogress(total > 0 ? loaded / total : 0);
    request.onerror = request.onabort = () => resolve({ failure: unreachable });
    request.onload = () => void read(request).then(resolve);
    signal.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}

async function read(request: XMLHttpRequest): Promise<{ file: FileRef } | { failure: Failure }> {
  if (request.status !== 200) {
    return { failure: await readFailure(new Response(request.responseText, { status: request.status })) };
  }
  const { id, filename, meta } = JSON.parse(request.responseText) as UploadedFile;
  const type = /^image\/(png|jpeg|gif|webp)$/.test(meta.content_type) ? 'image' : 'file';
  return { file: { type, id, name: filename, url: `/api/v1/files/${id}/content`, size: meta.size } };
}
