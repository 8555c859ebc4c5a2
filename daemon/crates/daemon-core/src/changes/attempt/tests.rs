//! What an attempt does, answer by answer.

use super::*;
use crate::metadata::{Attributes, UserIds};
use crate::value::JsonText;

const CLOUD: Source = Source { is_direct: false, keeps_every_revision: false };
const KEEPING: Source = Source { is_direct: false, keeps_every_revision: true };
const DIRECT: Source = Source { is_direct: true, keeps_every_revision: true };

fn content(value: &str) -> Content {
    Content {
        value: JsonText::parse(value).unwrap(),
        user_ids: UserIds::default(),
        attributes: Attributes::default(),
    }
}

fn revision(number: u32) -> AnyRevision {
    AnyRevision::parse(&format!("08DCAA8702D435AC.{number:010}.08DCAA877D776995.01")).unwrap()
}

/// An entry as the `number`th write of its key left it.
fn found(value: &str, number: u32) -> Input {
    Input::Found(Some(image(value, number)))
}

fn image(value: &str, number: u32) -> Image {
    Image { content: content(value), revision: Some(revision(number)) }
}

/// An ordered entry.
fn ordered(value: &str) -> Input {
    Input::Found(Some(Image { content: content(value), revision: None }))
}

fn problem() -> Problem {
    Problem { code: "TEST".to_owned(), message: "a problem".to_owned() }
}

fn lost() -> Input {
    Input::Lost(problem())
}

fn unreadable() -> Input {
    Input::Unreadable(problem())
}

/// Makes the entry `9`.
fn writing(source: Source) -> Attempt<'static> {
    Attempt::new(Box::new(|_| Ok(Decision::Write(content("9")))), source)
}

fn removing(source: Source) -> Attempt<'static> {
    Attempt::new(Box::new(|now| Ok(now.map_or(Decision::Nothing, |_| Decision::Remove))), source)
}

/// Adds 5 to an ordered entry.
fn adding(source: Source) -> Attempt<'static> {
    Attempt::incrementing(Box::new(|now| Ok(Decision::Write(content(&sum(now))))), source, 5)
}

fn sum(now: Option<&Image>) -> String {
    let value: i64 = now.map_or(0, |now| now.content.value.as_str().parse().unwrap());
    (value + 5).to_string()
}

/// The item that made `1`, the first write of its key, into `9`, after a restart.
fn recovering(source: Source, may_resend: bool) -> Attempt<'static> {
    let intent = Intent { before: Some(image("1", 1)), after: Some(content("9")), increment: None };
    Attempt::recover(Box::new(|_| Ok(Decision::Write(content("9")))), source, intent, may_resend)
}

/// What an attempt does, from its start and after each input.
fn steps(mut attempt: Attempt<'_>, inputs: impl IntoIterator<Item = Input>) -> Vec<String> {
    let mut steps = vec![show(&attempt.start())];
    steps.extend(inputs.into_iter().map(|input| show(&attempt.next(input))));
    steps
}

/// The last of them.
fn last(attempt: Attempt<'_>, inputs: impl IntoIterator<Item = Input>) -> String {
    steps(attempt, inputs).pop().unwrap()
}

fn show(step: &Step) -> String {
    match step {
        Step::Read => "read".to_owned(),
        Step::Begin(intent) => format!("begin {}", show_intent(intent)),
        Step::Send(intent) => format!("send {}", show_intent(intent)),
        Step::Record(outcome) => format!("record {}", show_outcome(outcome)),
        Step::ReadBack => "read back".to_owned(),
        Step::SearchHistory(_) => "search".to_owned(),
        Step::Done(outcome) => format!("done {}", show_outcome(outcome)),
    }
}

fn show_intent(intent: &Intent) -> String {
    let value = |content: Option<&Content>| content.map_or("-", |content| content.value.as_str()).to_owned();
    format!(
        "{}>{}",
        value(intent.before.as_ref().map(|before| &before.content)),
        value(intent.after.as_ref())
    )
}

fn show_outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Saved { revision: Some(saved), is_overwritten } => {
            let number = (0..20).find(|number| revision(*number) == *saved).unwrap();
            format!("saved {number}{}", if *is_overwritten { " overwritten" } else { "" })
        }
        Outcome::Saved { revision: None, .. } => "saved".to_owned(),
        Outcome::Conflict { clash, theirs } => {
            let value = theirs.as_ref().map_or("-", |theirs| theirs.content.value.as_str());
            format!("conflict {clash:?} {value}")
        }
        Outcome::Refused(_) => "refused".to_owned(),
        Outcome::Unknown { may_be_told: true, .. } => "unknown for now".to_owned(),
        Outcome::Unknown { may_be_told: false, .. } => "unknown".to_owned(),
        Outcome::Superseded => "superseded".to_owned(),
        Outcome::Postponed(_) => "postponed".to_owned(),
    }
}

/// Inputs up to the answer of the first request, on the first write of the key.
fn answered(answer: Input) -> Vec<Input> {
    vec![found("1", 1), Input::Begun, answer]
}

/// The same, when the answer was lost and that is on record.
fn lost_and(then: impl IntoIterator<Item = Input>) -> Vec<Input> {
    let mut inputs = answered(lost());
    inputs.push(Input::Recorded);
    inputs.extend(then);
    inputs
}

#[test]
fn s_33_a_request_follows_its_durable_intent_and_precedes_its_outcome() {
    let inputs = [found("1", 1), Input::Begun, Input::Confirmed(Some(revision(2))), Input::Recorded];
    let expected = ["read", "begin 1>9", "send 1>9", "record saved 2", "done saved 2"];
    assert_eq!(steps(writing(CLOUD), inputs), expected);
    let inputs = [Input::Found(None), Input::Begun, Input::Confirmed(Some(revision(1))), Input::Recorded];
    let expected = ["read", "begin ->9", "send ->9", "record saved 1", "done saved 1"];
    assert_eq!(steps(writing(CLOUD), inputs), expected);
    let inputs = [found("1", 1), Input::Begun, Input::Confirmed(None), Input::Recorded];
    let expected = ["read", "begin 1>-", "send 1>-", "record saved", "done saved"];
    assert_eq!(steps(removing(CLOUD), inputs), expected);
}

#[test]
fn s_33_nothing_is_sent_when_the_intent_cannot_be_made_durable() {
    let inputs = [found("1", 1), Input::NotBegun(problem())];
    assert_eq!(steps(writing(CLOUD), inputs), ["read", "begin 1>9", "done postponed"]);
}

#[test]
fn what_is_decided_without_a_request_is_recorded_and_not_sent() {
    for (decision, expected) in [
        (Ok(Decision::Nothing), "record superseded"),
        (Ok(Decision::Clash(Clash::Overlap)), "record conflict Overlap 1"),
        (Err(problem()), "record refused"),
    ] {
        let attempt = Attempt::new(Box::new(move |_| decision.clone()), CLOUD);
        assert_eq!(last(attempt, [found("1", 1)]), expected);
    }
    assert_eq!(last(writing(CLOUD), [unreadable()]), "record postponed");
    assert_eq!(last(removing(CLOUD), [Input::Found(None)]), "record superseded");
}

#[test]
fn an_answer_that_proves_that_nothing_was_done_ends_as_it_says() {
    for source in [CLOUD, KEEPING, DIRECT] {
        for attempt in [writing, removing, adding] {
            let refused = answered(Input::Refused(problem()));
            assert_eq!(last(attempt(source), refused), "record refused");
            let not_sent = answered(Input::NotSent(problem()));
            assert_eq!(last(attempt(source), not_sent), "record postponed");
        }
    }
}

#[test]
fn s_32_a_lost_answer_is_recorded_as_unknown_and_read_back_before_anything_else() {
    for attempt in [writing, removing, adding] {
        for source in [CLOUD, KEEPING, DIRECT] {
            let expected = ["record unknown for now", "read back"];
            assert_eq!(steps(attempt(source), lost_and([]))[3..], expected);
            // Reading back is not put off because the journal fails.
            let mut inputs = answered(lost());
            inputs.push(Input::NotRecorded(problem()));
            assert_eq!(steps(attempt(source), inputs)[3..], expected);
        }
    }
    assert_eq!(last(writing(CLOUD), lost_and([unreadable()])), "done unknown for now");
}

#[test]
fn s_32_reading_back_a_lost_write_tells_what_it_can() {
    for (source, now, then, expected) in [
        (CLOUD, found("9", 2), vec![], "record saved 2"),
        // Whoever wrote the same: the entry is as it was to be.
        (CLOUD, found(" 9 ", 7), vec![], "record saved 7"),
        (CLOUD, found("1", 1), vec![], "begin 1>9"),
        // The same content is not the same revision.
        (CLOUD, found("1", 2), vec![], "search"),
        (CLOUD, found("5", 2), vec![], "search"),
        (CLOUD, Input::Found(None), vec![], "search"),
        (CLOUD, found("5", 3), vec![Input::InHistory(revision(2))], "record saved 2 overwritten"),
        (CLOUD, found("5", 3), vec![Input::NotInHistory], "record unknown"),
        (CLOUD, found("5", 3), vec![Input::HistoryUntold], "record unknown"),
        (CLOUD, found("5", 3), vec![unreadable()], "record unknown for now"),
        // The count of writes alone does not outweigh a lost answer.
        (CLOUD, found("5", 2), vec![Input::NotInHistory], "record unknown"),
        (KEEPING, found("5", 3), vec![Input::InHistory(revision(2))], "record saved 2 overwritten"),
        (KEEPING, found("5", 3), vec![Input::NotInHistory], "read"),
        (KEEPING, found("5", 3), vec![Input::HistoryUntold], "record unknown"),
        (DIRECT, found("5", 3), vec![Input::NotInHistory], "read"),
    ] {
        let inputs = lost_and([now.clone()].into_iter().chain(then.clone()));
        assert_eq!(last(writing(source), inputs), expected, "{source:?} {now:?} {then:?}");
    }
}

#[test]
fn s_32_a_lost_creation_has_no_revision_to_search_after() {
    for (now, expected) in [
        (found("9", 1), "record saved 1"),
        (Input::Found(None), "begin ->9"),
        (found("5", 1), "record unknown"),
        (found("5", 3), "record unknown"),
    ] {
        for source in [CLOUD, KEEPING, DIRECT] {
            let inputs = [Input::Found(None), Input::Begun, lost(), Input::Recorded, now.clone()];
            assert_eq!(last(writing(source), inputs), expected, "{now:?}");
        }
    }
}

#[test]
fn s_32_a_lost_removal_is_done_when_the_entry_is_gone_and_unknown_when_it_is_another() {
    for (now, expected) in [
        (Input::Found(None), "record saved"),
        (found("1", 1), "begin 1>-"),
        (found("1", 3), "record unknown"),
        (found("5", 2), "record unknown"),
    ] {
        for source in [CLOUD, KEEPING, DIRECT] {
            assert_eq!(last(removing(source), lost_and([now.clone()])), expected, "{now:?}");
        }
    }
}

#[test]
fn s_32_a_lost_increment_is_never_sent_again_nor_taken_for_done() {
    for (now, expected) in [
        (ordered("1"), "record unknown"),
        // Someone else may have added as much.
        (ordered("6"), "record unknown"),
        (ordered("7"), "record unknown"),
        (Input::Found(None), "record unknown"),
    ] {
        for source in [CLOUD, KEEPING, DIRECT] {
            let inputs = [ordered("1"), Input::Begun, lost(), Input::Recorded, now.clone()];
            assert_eq!(last(adding(source), inputs), expected, "{now:?}");
        }
    }
}

#[test]
fn s_32_a_lost_value_of_an_ordered_entry_is_told_by_the_value_alone() {
    for (now, expected) in
        [(ordered("9"), "record saved"), (ordered("1"), "begin 1>9"), (ordered("5"), "record unknown")]
    {
        let inputs = [ordered("1"), Input::Begun, lost(), Input::Recorded, now];
        assert_eq!(last(writing(CLOUD), inputs), expected);
    }
}

#[test]
fn a_copy_that_is_rejected_because_the_other_one_landed_is_saved() {
    let mut inputs = answered(Input::Rejected);
    inputs.extend([found("9", 2), Input::Recorded]);
    assert_eq!(steps(writing(CLOUD), inputs)[3..], ["read back", "record saved 2", "done saved 2"]);
}

#[test]
fn a_rejected_write_is_decided_anew_only_when_no_copy_of_it_can_have_landed() {
    for (source, then, expected) in [
        // Nothing lies in between that could repeat it.
        (DIRECT, vec![], "read"),
        // The one write since is another one.
        (CLOUD, vec![found("5", 2)], "read"),
        (KEEPING, vec![found("5", 2)], "read"),
        // The first write since may have been ours, and was replaced.
        (CLOUD, vec![found("5", 3), Input::NotInHistory], "record unknown"),
        (CLOUD, vec![found("5", 3), Input::HistoryUntold], "record unknown"),
        (CLOUD, vec![Input::Found(None), Input::NotInHistory], "record unknown"),
        (CLOUD, vec![found("5", 3), Input::InHistory(revision(2))], "record saved 2 overwritten"),
        (KEEPING, vec![found("5", 3), Input::NotInHistory], "read"),
        (CLOUD, vec![unreadable()], "record unknown for now"),
        (CLOUD, vec![found("5", 3), unreadable()], "record unknown for now"),
        (CLOUD, vec![found("1", 1)], "begin 1>9"),
    ] {
        let mut inputs = answered(Input::Rejected);
        inputs.extend(then.clone());
        assert_eq!(last(writing(source), inputs), expected, "{source:?} {then:?}");
    }
}

#[test]
fn a_rejected_creation_is_decided_anew_when_theirs_is_the_first_write_of_the_key() {
    for (now, expected) in [
        (found("5", 1), "read"),
        (found("5", 2), "record unknown"),
        (found("9", 1), "record saved 1"),
        (Input::Found(None), "begin ->9"),
    ] {
        let inputs = [Input::Found(None), Input::Begun, Input::Rejected, now.clone()];
        assert_eq!(last(writing(CLOUD), inputs), expected, "{now:?}");
    }
}

#[test]
fn a_removal_that_found_another_entry_was_not_sent_and_is_decided_anew() {
    assert_eq!(last(removing(CLOUD), answered(Input::FoundOther)), "read");
    // But what was sent before may have been done.
    let inputs = lost_and([found("1", 1), Input::Begun, Input::FoundOther]);
    assert_eq!(last(removing(CLOUD), inputs), "read back");
    // A removal of something that is gone may have been done by a copy of it.
    let mut inputs = answered(Input::Rejected);
    inputs.push(Input::Found(None));
    assert_eq!(last(removing(CLOUD), inputs), "record saved");
}

#[test]
fn what_is_decided_anew_is_sent_on_what_is_there_then() {
    let mut inputs = answered(Input::Rejected);
    inputs.extend([found("5", 2), found("6", 3), Input::Begun, Input::Confirmed(Some(revision(4)))]);
    let expected = ["read back", "read", "begin 6>9", "send 6>9", "record saved 4"];
    assert_eq!(steps(writing(CLOUD), inputs)[3..], expected);
}

#[test]
fn s_32_what_is_sent_again_is_sent_on_the_same_condition() {
    let again = [found("1", 1), Input::Begun];
    let expected = ["begin 1>9", "send 1>9"];
    assert_eq!(steps(writing(CLOUD), lost_and(again.clone()))[5..], expected);
    for (answer, then, expected) in [
        (Input::Confirmed(Some(revision(2))), vec![], "record saved 2"),
        // The first one landed late, and so the second one was rejected.
        (Input::Rejected, vec![found("9", 2)], "record saved 2"),
        (Input::Rejected, vec![found("5", 3), Input::InHistory(revision(2))], "record saved 2 overwritten"),
        // Of the first one nobody knows more than before.
        (Input::Rejected, vec![found("5", 2), Input::NotInHistory], "record unknown"),
        (Input::Refused(problem()), vec![], "record unknown for now"),
        (Input::NotSent(problem()), vec![], "record unknown for now"),
        (lost(), vec![Input::Recorded], "read back"),
    ] {
        let inputs = lost_and(again.clone().into_iter().chain([answer.clone()]).chain(then.clone()));
        assert_eq!(last(writing(CLOUD), inputs), expected, "{answer:?} {then:?}");
    }
    let mut inputs = lost_and(again);
    inputs.push(Input::Rejected);
    assert_eq!(last(writing(DIRECT), inputs), "read back");
}

#[test]
fn s_32_it_is_sent_again_up_to_its_limit_and_not_once_more() {
    let mut attempt = writing(CLOUD);
    attempt.next(found("1", 1));
    let mut sent = 0;
    let end = loop {
        let step = attempt.next(Input::Begun);
        assert_eq!(show(&step), "send 1>9");
        sent += 1;
        attempt.next(lost());
        attempt.next(Input::Recorded);
        let step = attempt.next(found("1", 1));
        if !matches!(step, Step::Begin(_)) {
            break show(&step);
        }
    };
    assert_eq!((sent, end.as_str()), (RESENDS_LIMIT + 1, "record unknown for now"));
}

#[test]
fn it_is_decided_anew_up_to_its_limit_and_then_shows_what_is_there() {
    let mut attempt = writing(DIRECT);
    let (mut rounds, mut number) = (0, 1);
    let end = loop {
        let step = attempt.next(found("1", number));
        if !matches!(step, Step::Begin(_)) {
            break show(&step);
        }
        rounds += 1;
        number += 1;
        attempt.next(Input::Begun);
        assert_eq!(attempt.next(Input::Rejected), Step::Read);
    };
    assert_eq!((rounds, end.as_str()), (ROUNDS_LIMIT, "record conflict Changed 1"));
}

#[test]
fn an_item_found_in_flight_is_read_back_first_and_never_taken_for_certain() {
    assert_eq!(steps(recovering(CLOUD, true), []), ["read back"]);
    for (source, may_resend, then, expected) in [
        (CLOUD, true, vec![found("9", 2)], "record saved 2"),
        (CLOUD, false, vec![found("9", 2)], "record saved 2"),
        (CLOUD, true, vec![found("1", 1)], "begin 1>9"),
        (CLOUD, false, vec![found("1", 1)], "record refused"),
        (CLOUD, true, vec![unreadable()], "done unknown for now"),
        (CLOUD, false, vec![unreadable()], "done unknown for now"),
        (CLOUD, true, vec![found("5", 2), Input::NotInHistory], "record unknown"),
        (CLOUD, false, vec![found("5", 2), Input::NotInHistory], "record unknown"),
        (KEEPING, true, vec![found("5", 2), Input::NotInHistory], "read"),
        // Nobody waits for it any more, so it is not decided anew either.
        (KEEPING, false, vec![found("5", 2), Input::NotInHistory], "record refused"),
        (CLOUD, true, vec![found("1", 1), Input::Begun, Input::Rejected], "read back"),
        (DIRECT, true, vec![found("1", 1), Input::Begun, Input::Rejected], "read back"),
        (CLOUD, true, vec![found("1", 1), Input::Begun, Input::Refused(problem())], "record unknown for now"),
    ] {
        let attempt = recovering(source, may_resend);
        assert_eq!(last(attempt, then.clone()), expected, "{source:?} {may_resend} {then:?}");
    }
}

#[test]
fn s_32_an_increment_found_in_flight_is_unknown_whatever_it_reads_as() {
    for may_resend in [true, false] {
        for now in [ordered("1"), ordered("6"), ordered("7"), Input::Found(None)] {
            let before = Some(Image { content: content("1"), revision: None });
            let intent = Intent { before, after: Some(content("6")), increment: Some(5) };
            let decide = Box::new(|now: Option<&Image>| Ok(Decision::Write(content(&sum(now)))));
            let attempt = Attempt::recover(decide, DIRECT, intent, may_resend);
            assert_eq!(last(attempt, [now]), "record unknown");
        }
    }
}

#[test]
fn s_32_what_is_unknown_is_never_put_back_into_the_queue() {
    let not_done = [found("5", 2), Input::NotInHistory];
    for attempt in [
        steps(recovering(KEEPING, true), not_done.clone().into_iter().chain([unreadable()])),
        steps(writing(KEEPING), lost_and(not_done.clone().into_iter().chain([unreadable()]))),
    ] {
        assert_eq!(attempt[attempt.len() - 2..], ["read", "record unknown for now"]);
    }
    // Once its next intent is durable it is on its way again.
    let inputs = not_done.into_iter().chain([found("5", 2), Input::Begun, Input::NotSent(problem())]);
    assert_eq!(last(recovering(KEEPING, true), inputs), "record postponed");
}

#[test]
fn s_33_a_second_intent_that_cannot_be_made_durable_does_not_say_that_nothing_was_sent() {
    let mut inputs = answered(Input::Rejected);
    inputs.extend([found("5", 2), found("5", 2), Input::NotBegun(problem())]);
    assert_eq!(last(writing(CLOUD), inputs), "done unknown for now");
    let inputs = lost_and([found("1", 1), Input::NotBegun(problem())]);
    assert_eq!(last(writing(CLOUD), inputs), "done unknown for now");
    let inputs = [found("1", 1), Input::NotBegun(problem())];
    assert_eq!(last(recovering(CLOUD, true), inputs), "done unknown for now");
}

#[test]
fn s_41_an_outcome_that_cannot_be_recorded_is_told_only_when_reading_back_comes_to_the_same() {
    let not_recorded = || [Input::NotRecorded(problem())];
    for (answer, expected) in [
        (Input::Confirmed(Some(revision(2))), "done saved 2"),
        (Input::Refused(problem()), "done unknown for now"),
        (Input::NotSent(problem()), "done unknown for now"),
    ] {
        let inputs = answered(answer).into_iter().chain(not_recorded());
        assert_eq!(last(writing(CLOUD), inputs), expected);
    }
    // Without an intent it is still queued.
    let inputs = [unreadable()].into_iter().chain(not_recorded());
    assert_eq!(last(writing(CLOUD), inputs), "done postponed");
    let inputs = [Input::Found(None)].into_iter().chain(not_recorded());
    assert_eq!(last(removing(CLOUD), inputs), "done postponed");
}

#[test]
fn an_answer_to_another_question_leaves_the_outcome_unknown() {
    for inputs in [
        vec![Input::Begun],
        vec![found("1", 1), Input::Recorded],
        vec![found("1", 1), Input::Begun, found("1", 1)],
        vec![found("1", 1), Input::Begun, Input::Confirmed(None), Input::Recorded, Input::Recorded],
    ] {
        assert_eq!(last(writing(CLOUD), inputs), "done unknown for now");
    }
}

#[test]
fn every_outcome_is_the_event_that_the_journal_takes() {
    for (outcome, event) in [
        (Outcome::Saved { revision: None, is_overwritten: true }, ItemEvent::Confirm),
        (Outcome::Conflict { clash: Clash::Gone, theirs: None }, ItemEvent::Clash),
        (Outcome::Refused(problem()), ItemEvent::Refuse),
        (Outcome::Unknown { problem: problem(), may_be_told: false }, ItemEvent::Lose),
        (Outcome::Superseded, ItemEvent::Supersede),
        (Outcome::Postponed(problem()), ItemEvent::Postpone),
    ] {
        assert_eq!(outcome.event(), event);
    }
}
