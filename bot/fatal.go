package bot

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/slack-go/slack"
)

// fatal turns the error that ended Run into a sentence for whoever runs the
// process.
func fatal(err error) error {
	if err == nil {
		return errors.New("the connection to Slack was closed for good; start MedBuddy again")
	}
	var status slack.StatusCodeError
	if errors.As(err, &status) && status.Code == http.StatusNotFound {
		return fmt.Errorf("no Slack answers at this address: check SLACK_API_URL (%w)", err)
	}
	switch slackCode(err) {
	case "invalid_auth", "not_authed":
		return fmt.Errorf("the tokens are not accepted by Slack: check SLACK_BOT_TOKEN and SLACK_APP_TOKEN (%w)", err)
	case "token_revoked", "token_expired":
		return fmt.Errorf("a Slack token was revoked or has expired: install the app again and set the new tokens (%w)", err)
	case "account_inactive":
		return fmt.Errorf("the app was removed from the workspace: install it again (%w)", err)
	case "org_login_required", "team_added_to_org":
		return fmt.Errorf("the workspace is being moved into an organisation: start MedBuddy again when that is done (%w)", err)
	case "not_allowed_token_type", "missing_scope", "no_permission", "access_denied":
		return fmt.Errorf("the tokens are of the wrong kind: SLACK_APP_TOKEN must be an app-level token (xapp-) with connections:write, SLACK_BOT_TOKEN a bot token (xoxb-) (%w)", err)
	case "link_disabled":
		return fmt.Errorf("the app has Socket Mode switched off: switch it on in the app's settings (%w)", err)
	}
	return fmt.Errorf("the connection to Slack ended and cannot be made again: %w", err)
}
