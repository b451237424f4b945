// What this browser's user prefers; kept in this browser only.

const KEY = 'sluice.preferences';
const DEFAULTS = { smooth: true, follow: true, theme: 'system' };

export const preferences = { ...DEFAULTS, ...read() };

/** Whether text is to flow, or to come as it came. */
export function isSmooth() {
  return preferences.smooth && !matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** Binds the form and the button to the preferences, and applies them. */
export function bindPreferences(form, toggle) {
  for (const control of form.elements) {
    const field = control.type === 'checkbox' ? 'checked' : 'value';
    control[field] = preferences[control.name];
    control.addEventListener('change', () => set(control.name, control[field]));
  }
  toggle.addEventListener('click', () => {
    set('theme', isDark() ? 'light' : 'dark');
    form.elements.theme.value = preferences.theme;
  });
  apply();
}

function set(name, value) {
  preferences[name] = value;
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // not kept, then
  }
  apply();
}

function apply() {
  const { theme } = preferences;
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function isDark() {
  if (preferences.theme !== 'system') return preferences.theme === 'dark';
  return matchMedia('(prefers-color-scheme: dark)').matches;
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}
