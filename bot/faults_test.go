package bot_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// faults says of every fault that MedBuddy must bear where that is shown: a
// scenario of testdata/faults by its name, or a test by its package's folder and
// its own name. A fault that is shown nowhere has no row, and no row is empty.
var faults = []struct{ fault, shown string }{
	// What comes from Slack.
	{"a socket drops in the middle of an event", "socket_drops_before_the_ack socket_drops_after_the_ack cmd/medbuddy.TestRowSockets"},
	{"a socket is closed by Slack in turn", "socket_recycled socket_is_warned bot.TestRecycledSocketLosesNothing"},
	{"sockets are opened again and again", "bot.TestReconnectsArePaced bot.TestNoStorm"},
	{"a socket is half-open", "socket_falls_silent cmd/medbuddy.TestRowSockets"},
	{"an event is delivered again", "delivered_twice bot.TestOneMessageIsOneQuestion bot.TestHundredQuestionsDeliveredTwice"},
	{"an event is delivered on every socket", "every_socket"},
	{"there is no socket for minutes", "asked_while_offline asked_while_offline_delivered_late"},
	{"two processes get the same event", "cmd/medbuddy.TestRowReplicas bot.TestACallThatWaitedPastTheLeaseIsNotSent"},
	{"an envelope is malformed or unknown", "bot.TestMutatedEnvelopes bot.TestStrangeEnvelopes bot.TestQuestionInAnUnreadableEnvelope bot.FuzzDecode"},
	{"a slash command comes while something is down", "slash_command_without_socket slash_command_not_saved"},
	{"a process is stopped before it has found what another has answered", "stopped_before_it_looked"},
	{"a thread cannot be read after a crash", "unreadable_after_a_crash"},
	{"a defect before there is a message for the answer", "panic_before_the_reply panic_in_a_command"},
	{"a remark comes after the question", "remark_comes_late"},
	{"bots talk to each other", "others_talk bot.TestWhoIsLeftAlone"},
	{"somebody asks who may not", "guest bot.TestAccess"},
	{"Slack is slow to say who somebody is", "bot.TestSlowLookupGoesOn bot.TestSlowLookupEndsWithTheBot"},
	{"a token is revoked", "bot.TestRefusedTokenLeavesTheQuestionToTheNextProcess bot.TestFatalAuthErrorEndsTheBot bot.TestFatalAuthErrorEndsARunningBot cmd/medbuddy.TestRefusedTokensEndTheProcessWithASentence"},
	{"a scope is missing", "replies_missing_scope file_html"},
	{"a question is edited while it is answered", "question_edited"},
	{"a question is deleted while it waits", "question_deleted question_deleted_in_line question_deleted_after_a_crash question_deleted_while_it_is_remembered bot.TestDeletedWhileItIsAnswered bot.TestDeletedInAnotherProcess"},
	{"what was looked at is deleted", "scan_deleted root_deleted file_deleted_after_an_answer answer_deleted bot.TestDeletedPartOfALongAnswer bot.TestDeletedScanLeavesNothing bot.TestWordsAboutADeletedImageAreLeftOut bot.TestPressesOnAnAnswerAboutADeletedImage bot.TestDeletedWhileTheModelLooks bot.TestDeletedFileOfASeries bot.TestDeletedFileOfTwoThreads bot.TestDeletedInTheMiddleOfItsQuestion"},
	{"something is deleted while the store is away", "deleted_while_the_store_is_down deleted_while_the_store_is_down_for_long"},
	{"something is deleted while nobody listens", "bot.TestMissedDeletion bot.TestMissedDeletionIsLookedFor bot.TestMissedDeletionOfAThread bot.TestQuestionDeletedBeforeItWasRecorded bot.TestUnheededNoticeOutlastsTheProcess"},
	{"what is not deleted is not listed", "bot.TestNothingIsErasedByMistake bot.TestLost bot.TestLostNeedsTime"},
	{"what MedBuddy has posted of a scan outlasts it", "bot.TestPictureGoesWithItsScan bot.TestPicturesOfAllViewsGo bot.TestPictureGoesWithAMissedDeletion bot.TestPictureThatStays bot.TestPictureOfAScanDeletedMeanwhile"},
	{"a notice of a deletion is malformed", "bot.TestMalformedNotices bot.TestDecodeNoticeErrorsAreMute bot.FuzzNotice"},
	{"a thread is huge", "thread_huge"},
	{"several people ask at once in one thread", "questions_in_a_row bot.TestOneThreadOneOrder"},
	// What goes to Slack.
	{"a post is taken and its answer lost", "post_accepted_reply_lost post_accepted_reply_lost_of_a_long_answer cmd/medbuddy.TestRowDroppedReplies"},
	{"an update is taken and its answer lost", "update_accepted_reply_lost"},
	{"Slack answers with errors of HTTP", "update_refused_503 post_503 replies_page bot.TestFinalTextOutlastsAnOutage"},
	{"Slack limits the rate", "post_rate_limited update_rate_limited bot.TestRateLimitIsWaitedOut"},
	{"Slack refuses what is posted", "post_refused update_blocks_refused update_message_gone update_refused_killed_before_the_placeholder_is_gone bot.TestAnswerPostedAnewStandsAlone"},
	// The process.
	{"the process is killed", "killed_before_the_placeholder killed_while_the_model_answers killed_before_it_remembered bot.TestStopAfterARestart cmd/medbuddy.TestRowKilled"},
	{"the process is stopped", "stopped_and_started stopped_for_too_long bot.TestStopLetsAnswersFinish cmd/medbuddy.TestRowSIGTERM"},
	{"many ask at once", "cmd/medbuddy.TestRowFiftyAtOnce cmd/medbuddy.TestRowAllAtOnce"},
	{"one person floods", "bot.TestLineIsFair bot.TestLineNotice"},
	{"a disk is full", "store/sqlite.TestATinyDisk store/sqlite.TestFullInTheMiddleOfAWrite"},
	{"there is a defect in the code", "defect_in_an_answer defect_while_recording bot.TestLanesSurvivePanics"},
	// Files.
	{"a web page comes in place of a file", "file_html file_signin"},
	{"a file is gone, or elsewhere", "file_gone file_deleted file_external file_hidden file_of_another_organisation"},
	{"a file is far too large", "file_huge file_bomb medgemma/imaging.TestHostileFiles"},
	{"a file is damaged, or no image", "file_cut file_empty file_pdf medgemma/imaging.TestCutFiles medgemma/imaging.FuzzPrepare"},
	{"a download breaks off", "file_broken file_download_503 file_readable_next_time"},
	{"some files cannot be read", "file_some_cannot_be_read bot.TestOldImageDoesNotStandIn"},
	{"there is no image to answer about", "no_image image_that_is_not_there"},
	{"a request is too large for the endpoint", "medgemma.TestLimitsOfTheBody medgemma.TestTooLargeIsNotSent"},
	// The model.
	{"the endpoint is busy", "model_busy model_busy_for_long model_503 medgemma.TestNeverBeforeRetryAfter"},
	{"the endpoint was scaled to zero", "model_wakes_up medgemma.TestOneCallLooksForAllThatWait"},
	{"the endpoint is silent", "medgemma.TestSilenceEndsTheCall medgemma.TestHowLongSilenceIsBorne"},
	{"the endpoint is misconfigured or talks nonsense", "model_forbidden model_gone model_page model_nonsense"},
	{"the endpoint refuses a request", "model_refuses_nested model_refuses_flat"},
	{"a stream breaks off", "model_cut_then_whole model_cut_twice medgemma.TestStreamCutAtEveryByte"},
	{"an answer is empty, filtered or never begun", "model_empty model_white_space model_filtered model_thinks_only"},
	{"an answer is longer than allowed", "model_cut_at_max_tokens"},
	{"the model repeats itself", "model_loops model_loops_white_space model_says_nothing_but_empty_lines medgemma.TestLoopsAreFoundInTime"},
	{"the endpoint takes less than it was configured with", "model_takes_less_text model_takes_fewer_images bot.TestLearn"},
	{"an answer would come much too late", "stopped_for_too_long bot.TestOldQuestionGetsASentence"},
	// The store.
	{"the store cannot be reached", "store_down_for_a_while not_taken_for_long bot.TestUnrecordedQuestionIsFoundBehindTheMark store_refuses_lease store_refuses_open store_refuses_place store_refuses_put store_refuses_settings store_refuses_thread store_refuses_finish store/firestore.TestAway"},
	{"the store is slow", "store_slow store_too_slow_for_an_ack"},
	{"the store's own answer is lost", "store_loses_admit store_loses_place store_loses_finish store/firestore.TestLostAnswer"},
	{"many write to the same thing", "store/firestore.TestContend store/sqlite.TestContend"},
}

var testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)

func TestEveryFaultIsShown(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.txtar")
	must(t, err)
	named := map[string]bool{"ask": true} // the one without a fault
	for _, row := range faults {
		if row.shown == "" {
			t.Errorf("nothing shows %q", row.fault)
		}
		for _, where := range strings.Fields(row.shown) {
			dir, test, isTest := strings.Cut(where, ".")
			switch {
			case !isTest && !slices.Contains(files, "testdata/faults/"+where+".txtar"):
				t.Errorf("%s: there is no scenario %q", row.fault, where)
			case isTest && !slices.Contains(tests(t, dir), test):
				t.Errorf("%s: there is no test %s in %s", row.fault, test, dir)
			}
			named[where] = true
		}
	}
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".txtar"); !named[name] {
			t.Errorf("the scenario %q shows no fault of the table", name)
		}
	}
}

// tests lists the tests in a folder of the module.
func tests(t *testing.T, dir string) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", dir, "*_test.go"))
	must(t, err)
	for _, file := range files {
		source, err := os.ReadFile(file)
		must(t, err)
		for _, found := range testFunc.FindAllSubmatch(source, -1) {
			names = append(names, string(found[1]))
		}
	}
	return names
}
