import '../theme/tokens.css';
import '../theme/base.css';
import { mount } from 'svelte';
import { showLanguage, startLocale } from '../shared/language/language.svelte';
import Gallery from './Gallery.svelte';

const target = document.getElementById('app');
void showLanguage(startLocale()).then(() => target && mount(Gallery, { target }));
