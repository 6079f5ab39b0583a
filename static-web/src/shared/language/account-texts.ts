import type * as english from '../../messages/accounts/en';
import { files } from '../../messages/accounts/files';
import { textPart } from './language.svelte';

/** The texts of waiting and account settings (messages/accounts/). Those of sign-in are the page's own: it is a start, too. */
export const accountTexts = textPart<typeof english>(files);

/** Those, and the page's own texts. */
export const t = accountTexts.t;
