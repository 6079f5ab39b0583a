import { beforeEach, expect, it, vi } from 'vitest';
import type { Banner } from '../../server-api/site-config';
import { dismissBanner, dismissedBanners } from './dismissed';

const banner = (id: string, timestamp = 1): Banner => ({
  id,
  type: 'info',
  content: '',
  dismissible: true,
  timestamp,
});

beforeEach(() => localStorage.clear());

it('remembers what was dismissed, and forgets what the site no longer has', () => {
  dismissBanner(banner('old'), [banner('old')]);
  expect(dismissBanner(banner('new'), [banner('new')])).toEqual(['new@1']);
  expect(dismissedBanners()).toEqual(['new@1']);
});

it('shows a banner again that was written anew', () => {
  dismissBanner(banner('a', 1), [banner('a', 1)]);
  expect(dismissedBanners()).not.toContain('a@2');
});

it.each(['nonsense', '{}', '[1]'])('reads %s as nothing', (kept) => {
  localStorage.setItem('dismissed-banners', kept);
  expect(dismissedBanners()).toEqual([]);
});

it('dismisses for as long as the page where storage is off', () => {
  const off = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new Error('off');
  });
  expect(dismissBanner(banner('a'), [banner('a')])).toEqual(['a@1']);
  off.mockRestore();
});
