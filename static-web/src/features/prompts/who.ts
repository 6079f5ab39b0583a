import type { Failure } from '../../server-api/failure';
import type { Model } from '../../server-api/models';
import type { Rights } from '../../server-api/sharing';
import { t } from './library-text';

/** Whose library it is, and what that reader may do in it. */
export interface Who {
  name: string;
  isAdmin: boolean;
  rights: Rights;
  /** Models that a preset can stand on: those of providers. */
  models: Model[];
  /** The one that is chosen in the composer, or what it stands on. */
  baseModel: string;
}

export const may = (who: Who, section: string, flag: string): boolean =>
  who.isAdmin || (who.rights[section]?.[flag] ?? false);

/** The server's own words; a complaint about a field stands at the field too. */
export const sayFailure = (failure: Failure): string => failure.message || t.library_network();
