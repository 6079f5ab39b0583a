import { readBrowserValue, writeBrowserValue } from '../storage/browser-storage';

/** How large everything is and how wide a chat is; public/theme-boot.js shows it before the first paint, under the same keys. */
export type TextSize = 'small' | 'normal' | 'large' | 'larger';
export const TEXT_SIZES: readonly TextSize[] = ['small', 'normal', 'large', 'larger'];
const SIZE_KEY = 'text-size';
const WIDE_KEY = 'wide-chat';

class Layout {
  size = $state<TextSize>(TEXT_SIZES.find((size) => size === readBrowserValue(SIZE_KEY)) ?? 'normal');
  wide = $state(readBrowserValue(WIDE_KEY) === true);

  chooseSize(size: TextSize): void {
    this.size = size;
    writeBrowserValue(SIZE_KEY, size === 'normal' ? null : size);
    document.documentElement.dataset['text'] = size;
  }

  chooseWide(wide: boolean): void {
    this.wide = wide;
    writeBrowserValue(WIDE_KEY, wide ? true : null);
    document.documentElement.toggleAttribute('data-wide', wide);
  }
}

export const layout = new Layout();
