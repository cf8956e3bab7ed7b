import { Box } from '@mantine/core';
import type { EffectiveSetting, SettingOrigin } from '../../server/core/effective.ts';
import type { Cell } from '../exports.ts';
import { Panel } from '../ui/panel.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { type SettingGroup, settingGroups } from './settingGroups.ts';

const origins: Record<SettingOrigin, string> = {
  default: 'default',
  breaker: 'breaker',
  provider: 'provider',
  file: 'file',
  environment: 'environment',
  flag: 'flag',
};

/** Of figures that do not say it themselves, by group. */
const units: Readonly<Record<string, string>> = { price: '$ per million tokens' };

const exported: readonly (readonly [string, (setting: EffectiveSetting) => Cell])[] = [
  ['key', ({ key }) => key],
  ['value', ({ value }) => value],
  ['from', ({ from }) => from],
  ['where', ({ where }) => where],
];

/** Every setting in force, and where it came from. */
export function Effective({ provider, settings }: { provider: string; settings: EffectiveSetting[] }) {
  return (
    <Panel
      title="Settings in force"
      note="with where each came from: the provider's own keys, those of breaker:, the environment, or the default"
      actions={settings.length > 0 && <SavedTable name={`${provider}-settings`} columns={exported} rows={settings} />}
    >
      {settings.length === 0 && <p className="provider-none muted">Where they came from is not known.</p>}
      <div className="provider-settings">
        {settingGroups(settings).map((group) => (
          <Group key={group.title} group={group} />
        ))}
      </div>
    </Panel>
  );
}

function Group({ group: { title, settings } }: { group: SettingGroup }) {
  return (
    <Box component="section" className="chart-table" aria-label={`Settings of ${title}`} tabIndex={0}>
      <table>
        <caption>
          {title} {units[title] && <small className="muted">{units[title]}</small>}
        </caption>
        <tbody>
          {settings.map(({ key, short, value, from, where }) => (
            <tr key={key} className={from === 'default' ? 'muted' : undefined}>
              <th scope="row" title={key}>
                {short}
              </th>
              <td>{value}</td>
              <td className="muted">
                {origins[from]}
                {where !== null && `: ${where}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Box>
  );
}
