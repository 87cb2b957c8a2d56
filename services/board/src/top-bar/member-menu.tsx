import { Button, Popover, Segmented, Switch } from 'antd';
import { changeSettings, type Settings, useSettings } from '../look/settings.ts';
import { Avatar } from '../monitor/avatar.tsx';
import { useMe } from '../monitor/use-rooms.ts';
import { signOut } from '../session/session.ts';

const Choices = () => {
  const { theme, redUp, refresh, announce, singleKeys } = useSettings();
  return (
    <div className="member-menu">
      <span id="menu-theme">Theme</span>
      <Segmented<Settings['theme']>
        aria-labelledby="menu-theme"
        value={theme}
        options={[
          { value: 'system', label: 'System' },
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
        ]}
        onChange={(value) => changeSettings({ theme: value })}
      />
      <span id="menu-colours">Colours</span>
      <Segmented
        aria-labelledby="menu-colours"
        value={redUp ? 'red' : 'green'}
        options={[
          { value: 'green', label: 'Green up' },
          { value: 'red', label: 'Red up' },
        ]}
        onChange={(value) => changeSettings({ redUp: value === 'red' })}
      />
      <span id="menu-refresh">Values refresh</span>
      <Segmented<Settings['refresh']>
        aria-labelledby="menu-refresh"
        value={refresh}
        options={[
          { value: 'quarter', label: '4 a second' },
          { value: 'second', label: 'Each second' },
          { value: 'minute', label: 'Each minute' },
        ]}
        onChange={(value) => changeSettings({ refresh: value })}
      />
      <span id="menu-announce">Announce changes to screen readers</span>
      <Switch
        aria-labelledby="menu-announce"
        size="small"
        checked={announce}
        onChange={(value) => changeSettings({ announce: value })}
      />
      <span id="menu-keys">Single-key shortcuts</span>
      <Switch
        aria-labelledby="menu-keys"
        size="small"
        checked={singleKeys}
        onChange={(value) => changeSettings({ singleKeys: value })}
      />
      <Button className="member-out" onClick={signOut}>
        Sign out
      </Button>
    </div>
  );
};

/** Who is signed in, and what that person chose for this browser. */
export const MemberMenu = () => {
  const { data } = useMe();
  const name = data?.name ?? data?.sub ?? '';
  return (
    <Popover trigger="click" placement="bottomRight" content={<Choices />}>
      <button type="button" className="member" aria-label={`Menu of ${name}`}>
        <Avatar name={name} size={24} />
        <span className="member-text">
          <strong>{name}</strong>
          <small>{data?.partner?.name ?? data?.role ?? ''}</small>
        </span>
      </button>
    </Popover>
  );
};
