/** User tags and metadata, with their limits shown before they are reached. */
import { useEffect, useState } from "react";
import type { Address, StoredEntry } from "../../api/entries";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { SafeText } from "../../components/SafeText";
import { checkJson, decodeString, kindAt, rootSpan } from "../../json/scan";
import { formatCount, formatMoment } from "../../text/format";
import { t } from "../../text/message";
import { changeMetadata, type Content } from "./drafts";
import {
  type Attribute,
  attributePairs,
  attributesProblem,
  attributesText,
  METADATA_LIMIT,
  metadataLength,
  USER_LIMIT,
} from "./metadataLimits";

interface MetadataTabProps {
  readonly address: Address;
  readonly entry: StoredEntry;
  readonly content: Content;
  readonly offReason: string | null;
}

export function MetadataTab({ address, entry, content, offReason }: MetadataTabProps) {
  return (
    <div className="metadata" data-view="metadata">
      <UserTags address={address} entry={entry} userIds={content.userIds} offReason={offReason} />
      <Attributes address={address} entry={entry} text={content.attributesText} offReason={offReason} />
      <section aria-labelledby="metadata-facts">
        <h3 id="metadata-facts">{t("metadata.facts")}</h3>
        <dl className="facts">
          <dt>{t("metadata.revision")}</dt>
          <dd>
            <code>{entry.revision}</code>
          </dd>
          <dt>{t("metadata.changedAt")}</dt>
          <dd>
            {formatMoment(entry.metadata.lastModified)} <span className="muted">{entry.metadata.lastModified}</span>
          </dd>
          <dt>{t("metadata.createdAt")}</dt>
          <dd>
            {formatMoment(entry.metadata.createdAt)} <span className="muted">{entry.metadata.createdAt}</span>
          </dd>
          <dt>{t("tree.size")}</dt>
          <dd>{t("bar.bytes", { bytes: formatCount(entry.metadata.size) })}</dd>
        </dl>
      </section>
    </div>
  );
}

interface UserTagsProps {
  readonly address: Address;
  readonly entry: StoredEntry;
  readonly userIds: readonly string[];
  readonly offReason: string | null;
}

function UserTags({ address, entry, userIds, offReason }: UserTagsProps) {
  const [typed, setTyped] = useState("");
  const full = userIds.length >= USER_LIMIT;
  const problem =
    typed === ""
      ? null
      : !isAccountId(typed)
        ? t("users.notId")
        : userIds.includes(BigInt(typed).toString())
          ? t("users.twice", { id: typed })
          : full
            ? t("users.full", { limit: USER_LIMIT })
            : null;
  const add = () => {
    if (typed !== "" && problem === null) {
      changeMetadata(address, entry, { userIds: [...userIds, BigInt(typed).toString()] });
      setTyped("");
    }
  };
  return (
    <section aria-labelledby="metadata-users">
      <h3 id="metadata-users">
        {t("users.title")}{" "}
        <span className="muted">{t("users.count", { count: userIds.length, limit: USER_LIMIT })}</span>
      </h3>
      <p className="muted">{t("users.explain")}</p>
      <ul className="tags">
        {userIds.map((id) => (
          <li key={id} className="tag" data-user={id}>
            <code>{id}</code>
            {offReason === null && (
              <button
                type="button"
                id={`users-remove-${id}`}
                aria-label={t("users.remove", { id })}
                onClick={() => changeMetadata(address, entry, { userIds: userIds.filter((other) => other !== id) })}
              >
                <Icon name="cross" size={12} />
              </button>
            )}
          </li>
        ))}
        {userIds.length === 0 && <li className="muted">{t("users.none")}</li>}
      </ul>
      {offReason === null && (
        <div className="inline-form">
          <input
            id="users-id"
            className="input code"
            aria-label={t("users.id")}
            placeholder={t("users.id")}
            aria-invalid={problem !== null || undefined}
            aria-describedby={problem ? "users-problem" : undefined}
            value={typed}
            inputMode="numeric"
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value.trim())}
            onKeyDown={(event) => event.key === "Enter" && add()}
          />
          <Button id="users-add" icon="plus" offReason={typed === "" ? t("users.notId") : problem} onPress={add}>
            {t("users.add")}
          </Button>
          {problem && (
            <p id="users-problem" className="field-note field-error" role="alert">
              {problem}
            </p>
          )}
        </div>
      )}
    </section>
  );
}

function isAccountId(text: string): boolean {
  if (!/^-?\d{1,19}$/.test(text)) {
    return false;
  }
  const id = BigInt(text);
  return id === BigInt.asIntN(64, id);
}

interface AttributesProps {
  readonly address: Address;
  readonly entry: StoredEntry;
  readonly text: string;
  readonly offReason: string | null;
}

function Attributes({ address, entry, text, offReason }: AttributesProps) {
  const pairs = attributePairs(text) ?? [];
  const length = metadataLength(text) ?? 0;
  const problem = attributesProblem(text);
  const put = (next: readonly Attribute[]) => changeMetadata(address, entry, { attributesText: attributesText(next) });
  return (
    <section aria-labelledby="metadata-attributes">
      <h3 id="metadata-attributes">
        {t("metadata.title")}{" "}
        <span id="metadata-length" className={length > METADATA_LIMIT ? "field-error" : "muted"}>
          {t("metadata.count", { length, limit: METADATA_LIMIT })}
        </span>
      </h3>
      <table className="table table-form">
        <thead>
          <tr>
            <th scope="col">{t("metadata.name")}</th>
            <th scope="col">{t("metadata.value")}</th>
            <th scope="col">
              <span className="hidden-text">{t("metadata.deeds")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {pairs.map((pair, index) => (
            <AttributeRow
              // biome-ignore lint/suspicious/noArrayIndexKey: a pair is known by its place while its name is typed
              key={index}
              index={index}
              pair={pair}
              offReason={offReason}
              onChange={(changed) => put(pairs.with(index, changed))}
              onRemove={() => put(pairs.toSpliced(index, 1))}
            />
          ))}
          {pairs.length === 0 && (
            <tr>
              <td colSpan={3} className="muted">
                {t("metadata.none")}
              </td>
            </tr>
          )}
        </tbody>
      </table>
      {problem && (
        <p id="metadata-problem" className="field-note field-error" role="alert">
          {problem}
        </p>
      )}
      {offReason === null && (
        <Button id="metadata-add" icon="plus" onPress={() => put([...pairs, { name: freeName(pairs), value: '""' }])}>
          {t("metadata.add")}
        </Button>
      )}
    </section>
  );
}

function freeName(pairs: readonly Attribute[]): string {
  const names = new Set(pairs.map((pair) => pair.name));
  let number = 1;
  while (names.has(`name${number}`)) {
    number += 1;
  }
  return `name${number}`;
}

interface AttributeRowProps {
  readonly index: number;
  readonly pair: Attribute;
  readonly offReason: string | null;
  readonly onChange: (pair: Attribute) => void;
  readonly onRemove: () => void;
}

/** Strings are typed as they are; any other JSON value is shown and typed as JSON. */
function AttributeRow({ index, pair, offReason, onChange, onRemove }: AttributeRowProps) {
  const isString = kindAt(pair.value, 0) === "string";
  const shown = isString ? decodeString(pair.value, rootSpan(pair.value)) : pair.value;
  const [name, setName] = useState(pair.name);
  const [value, setValue] = useState(shown);
  useEffect(() => setName(pair.name), [pair.name]);
  useEffect(() => setValue(shown), [shown]);
  if (offReason !== null) {
    return (
      <tr>
        <td>
          <SafeText text={pair.name} code />
        </td>
        <td>
          <SafeText text={shown} code />
        </td>
        <td />
      </tr>
    );
  }
  const change = () => {
    const text = isString || checkJson(value) !== null ? JSON.stringify(value) : value;
    if (name !== pair.name || (value !== shown && text !== pair.value)) {
      onChange({ name, value: value === shown ? pair.value : text });
    }
  };
  return (
    <tr>
      <td>
        <input
          id={`metadata-name-${index}`}
          className="input code"
          aria-label={t("metadata.name")}
          value={name}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setName(event.target.value)}
          onBlur={change}
          onKeyDown={(event) => event.key === "Enter" && change()}
        />
      </td>
      <td>
        <input
          id={`metadata-value-${index}`}
          className="input code"
          aria-label={t("metadata.value")}
          value={value}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setValue(event.target.value)}
          onBlur={change}
          onKeyDown={(event) => event.key === "Enter" && change()}
        />
      </td>
      <td>
        <Button
          id={`metadata-remove-${index}`}
          kind="quiet"
          icon="trash"
          label={t("metadata.remove", { name: pair.name })}
          onPress={onRemove}
        />
      </td>
    </tr>
  );
}
