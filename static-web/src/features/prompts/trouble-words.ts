import type { Trouble } from './import-file';
import { t } from './library-text';

/** Why an item of a file is neither a prompt nor a preset. */
export const troubleWords = (why: Trouble): string =>
  ({
    no_name: () => t.trouble_no_name(),
    no_content: () => t.trouble_no_content(),
    no_words: () => t.trouble_no_words(),
    is_model: () => t.trouble_is_model(),
    builtin: () => t.trouble_builtin(),
    not_an_object: () => t.trouble_not_an_object(),
    unknown_form: () => t.trouble_unknown_form(),
  })[why]();
