import { SearchModel } from "@web/search/search_model";

/**
 * Lists begin at what is coming; a calendar shows what was, too.
 *
 * The filter is put aside for as long as the calendar is looked at.
 */
export class AgendaSearchModel extends SearchModel {
    /** @override */
    async load() {
        await super.load(...arguments);
        const isComing = ({ searchItemId }) => this.searchItems[searchItemId].name === "coming";
        this.aside = this.query.filter(isComing);
        this.query = this.query.filter((element) => !isComing(element));
        this._reset();
    }

    /** @override */
    exportState() {
        const state = super.exportState();
        return { ...state, query: [...state.query, ...this.aside] };
    }
}
