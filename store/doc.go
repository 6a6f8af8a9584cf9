// Package store is the contract of what MedBuddy remembers: the threads it
// serves, the questions it has taken on, the images it showed the model, and
// the settings people chose.
//
// The promises are written at Store, method by method, and package storetest
// checks them on every backend: store/sqlite (one embedded file, the default)
// and store/firestore (for teams and several replicas). Nothing here knows
// Slack's API or a database.
package store
