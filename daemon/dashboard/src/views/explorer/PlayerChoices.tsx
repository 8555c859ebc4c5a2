/** Below the key filter: the players called as it says, each with the key prefixes to filter by. */
import { keyPrefixes, playerTyped } from "../../connections/playerNames";
import { playersNote, usePlayers } from "../../connections/players";
import { SafeText } from "../../components/SafeText";
import { useSettled } from "../../components/settled";

interface PlayerChoicesProps {
  readonly connection: string;
  readonly typed: string;
  readonly onChoose: (prefix: string) => void;
}

export function PlayerChoices({ connection, typed, onChoose }: PlayerChoicesProps) {
  const settled = useSettled(typed);
  const asked = playerTyped(settled);
  const read = usePlayers(connection, asked);
  const players = read.data ?? [];
  return (
    <div id="keys-players" className="player-choices">
      <p className="field-note" role="status">
        {playersNote(asked, read)}
      </p>
      <ul>
        {players.map((player) => (
          <li key={player.id} data-player={player.id}>
            <span className="player-name">
              <SafeText text={player.displayName || player.name} />{" "}
              <span className="muted">
                @<SafeText text={player.name} /> {player.id}
              </span>
            </span>
            {keyPrefixes(player).map((prefix) => (
              <button
                key={prefix}
                type="button"
                id={`keys-player-${prefix}`}
                className="button button-small code"
                onClick={() => onChoose(prefix)}
              >
                {prefix}
              </button>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}
